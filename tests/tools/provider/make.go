package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// make gives everything that a plan leaves unknown a made-up value: by the templates of the table, else an id, an ARN or nothing.
// Templates hold <NAME>: an attribute, <region>, <account>, <short> (of the region), <uuid>, <hexN>, <HEXN>, <idN> (letters and digits).
// A template named BLOCK.ATTRIBUTE is for an attribute of a block that the configuration has.
func (s *server) make(typ string, k *kind, planned tftypes.Value) (tftypes.Value, error) {
	f := fields(planned)
	known, _ := plain(planned).(map[string]any)
	region, _ := known["region"].(string)
	if region == "" {
		region = s.region
	}
	templates := maps.Clone(k.Made)
	if templates == nil {
		templates = map[string]json.RawMessage{}
	}
	service, noun, _ := strings.Cut(strings.TrimPrefix(typ, s.table.Name+"_"), "_")
	for name, fallback := range map[string]string{
		"id": noun + "-<hex17>", "arn": "arn:aws:" + service + ":<region>:<account>:" + noun + "/<id>", "owner_id": "<account>",
	} {
		if _, ok := templates[name]; !ok {
			templates[name], _ = json.Marshal(fallback)
		}
	}
	var value func(name string) string
	resolve := func(name string) error {
		if _, open := known[name].(unknown); !open {
			return nil
		}
		known[name] = nil
		if template, ok := templates[name]; ok {
			var made any
			if err := decode([]byte(replaced(string(template), value)), &made); err != nil {
				return fmt.Errorf("template of %s: %w", name, err)
			}
			known[name] = made
		}
		return nil
	}
	var failed error
	value = func(name string) string {
		switch {
		case name == "region":
			return region
		case name == "account":
			return account
		case name == "short":
			return short(region)
		case name == "uuid":
			h := hexes(32)
			return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
		}
		for prefix, maker := range map[string]func(int) string{
			"hex": hexes, "id": letters, "HEX": func(n int) string { return strings.ToUpper(hexes(n)) },
		} {
			if n, err := strconv.Atoi(strings.TrimPrefix(name, prefix)); err == nil && strings.HasPrefix(name, prefix) {
				return maker(n)
			}
		}
		if err := resolve(name); err != nil {
			failed = err
		}
		return fill("<"+name+">", known)
	}
	if typ == "random_password" || typ == "random_string" {
		length, _ := strconv.Atoi(fill("<length>", known))
		known["result"] = letters(length)
	}
	for name, v := range f {
		if v.IsFullyKnown() {
			continue
		}
		if err := resolve(name); err != nil {
			return planned, err
		}
		if v.IsKnown() || known[name] == nil {
			f[name] = settled(v, func(part string) any {
				template, ok := templates[name+"."+part]
				var made any
				if !ok || decode([]byte(replaced(string(template), value)), &made) != nil {
					return nil
				}
				return made
			})
			continue
		}
		made, err := typed(known[name], v.Type())
		if err != nil {
			return planned, fmt.Errorf("made %s: %w", name, err)
		}
		f[name] = made
	}
	if typ == "aws_acm_certificate" {
		f["domain_validation_options"] = provenBy(f)
	}
	return k.complete(tftypes.NewValue(planned.Type(), f)), failed
}

// settled is the value with a made one, else the empty one, in place of everything unknown.
func settled(v tftypes.Value, made func(part string) any) tftypes.Value {
	t := v.Type()
	switch {
	case !v.IsKnown():
		return nothing(t)
	case v.IsNull():
		return v
	case t.Is(tftypes.Object{}):
		f := fields(v)
		for name, e := range f {
			f[name] = settled(e, made)
			if part := made(name); part != nil && !e.IsKnown() {
				if p, err := typed(part, e.Type()); err == nil {
					f[name] = p
				}
			}
		}
		return tftypes.NewValue(t, f)
	case t.Is(tftypes.Map{}):
		f := fields(v)
		for name, e := range f {
			f[name] = settled(e, made)
		}
		return tftypes.NewValue(t, f)
	case t.Is(tftypes.List{}) || t.Is(tftypes.Set{}) || t.Is(tftypes.Tuple{}):
		list := elements(v)
		for i, e := range list {
			list[i] = settled(e, made)
		}
		return tftypes.NewValue(t, list)
	}
	return v
}

func nothing(t tftypes.Type) tftypes.Value {
	switch {
	case t.Is(tftypes.String):
		return tftypes.NewValue(t, "")
	case t.Is(tftypes.Number):
		return tftypes.NewValue(t, 0)
	case t.Is(tftypes.Bool):
		return tftypes.NewValue(t, false)
	case t.Is(tftypes.List{}) || t.Is(tftypes.Set{}):
		return tftypes.NewValue(t, []tftypes.Value{})
	case t.Is(tftypes.Map{}):
		return tftypes.NewValue(t, map[string]tftypes.Value{})
	}
	return tftypes.NewValue(t, nil)
}

// ownName adds the name of a certificate to its alternative names, as ACM does.
func ownName(certificate tftypes.Value, creating bool) tftypes.Value {
	f := fields(certificate)
	names := f["subject_alternative_names"]
	if names.IsNull() && !creating || !names.IsKnown() {
		return certificate
	}
	list := elements(names)
	for _, name := range list {
		if name.Equal(f["domain_name"]) {
			return certificate
		}
	}
	f["subject_alternative_names"] = tftypes.NewValue(names.Type(), append(list, f["domain_name"]))
	return tftypes.NewValue(certificate.Type(), f)
}

// plannedValidation lists the names that a certificate must prove before it is known how; for_each needs the names in the plan.
func plannedValidation(certificate map[string]tftypes.Value) tftypes.Value {
	t := certificate["domain_validation_options"].Type()
	names := append([]tftypes.Value{certificate["domain_name"]}, elements(certificate["subject_alternative_names"])...)
	if plain(certificate["validation_method"]) != "DNS" {
		return tftypes.NewValue(t, []tftypes.Value{})
	}
	element := t.(tftypes.Set).ElementType.(tftypes.Object)
	seen, out := map[any]bool{}, []tftypes.Value{}
	for _, name := range names {
		if !name.IsKnown() {
			return tftypes.NewValue(t, tftypes.UnknownValue)
		}
		if seen[plain(name)] {
			continue
		}
		seen[plain(name)] = true
		f := map[string]tftypes.Value{}
		for attribute, at := range element.AttributeTypes {
			f[attribute] = tftypes.NewValue(at, tftypes.UnknownValue)
		}
		f["domain_name"] = name
		out = append(out, tftypes.NewValue(element, f))
	}
	return tftypes.NewValue(t, out)
}

// provenBy fills in the records. They are the same for a name in every region of an account.
func provenBy(certificate map[string]tftypes.Value) tftypes.Value {
	t := certificate["domain_validation_options"].Type()
	out := elements(certificate["domain_validation_options"])
	for i, o := range out {
		f := fields(o)
		name, _ := plain(f["domain_name"]).(string)
		text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
		f["resource_record_name"] = text("_" + sum(account + name)[:32] + "." + strings.TrimPrefix(name, "*.") + ".")
		f["resource_record_type"] = text("CNAME")
		f["resource_record_value"] = text("_" + sum(name + account)[:32] + ".acm-validations.aws.")
		out[i] = tftypes.NewValue(o.Type(), f)
	}
	return tftypes.NewValue(t, out)
}

func hexes(n int) string {
	b := make([]byte, n/2+1)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)[:n]
}

func letters(n int) string {
	const all = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	out := make([]byte, n)
	for i := range out {
		at, err := rand.Int(rand.Reader, big.NewInt(int64(len(all))))
		if err == nil {
			out[i] = all[at.Int64()]
		}
	}
	return string(out)
}
