package main

import (
	"encoding/json"
	"reflect"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A planner plans one object as the providers do that are built on the older SDK: what is computed and not configured keeps its
// value, an argument that is not given equals an empty value, and blocks that the provider fills in are kept.
type planner struct {
	legacy   bool // of the older SDK
	creating bool
	replace  []*tftypes.AttributePath
}

func (p *planner) object(b block, prior, config tftypes.Value, path *tftypes.AttributePath) tftypes.Value {
	old, new := fields(prior), map[string]tftypes.Value{}
	for name, in := range fields(config) {
		at := path.WithAttributeName(name)
		was, ok := old[name]
		if !ok {
			was = tftypes.NewValue(in.Type(), nil)
		}
		if a := b.Attributes[name]; a != nil {
			new[name] = p.attribute(a, was, in, prior.IsNull())
			if a.has("f") {
				p.forces(was, new[name], at)
			}
			continue
		}
		n := b.Blocks[name]
		new[name] = p.nested(n, was, in, at)
		if n.Forces {
			p.forces(was, new[name], at)
		}
	}
	return tftypes.NewValue(config.Type(), new)
}

func (p *planner) forces(was, planned tftypes.Value, path *tftypes.AttributePath) {
	if !p.creating && !planned.Equal(was) {
		p.replace = append(p.replace, path)
	}
}

func (p *planner) attribute(a *attribute, was, in tftypes.Value, creating bool) tftypes.Value {
	none := tftypes.NewValue(in.Type(), nil)
	switch {
	case a.has("w"):
		return none
	case !in.IsNull():
		if !creating && same(a, was, in) {
			return was
		}
		return p.written(a, in)
	case a.Default != nil && (creating || !a.has("c")):
		var v any
		if json.Unmarshal(a.Default, &v) == nil {
			if def, err := typed(v, in.Type()); err == nil {
				return def
			}
		}
		return none
	case a.has("c"):
		if creating {
			return tftypes.NewValue(in.Type(), tftypes.UnknownValue)
		}
		return was
	case !creating && isEmpty(was):
		return was
	}
	return none
}

// written is a configured value as the provider writes it into the plan: a policy without spaces, and with the older SDK a list of
// which an element is unknown is unknown as a whole.
func (p *planner) written(a *attribute, in tftypes.Value) tftypes.Value {
	if !in.IsFullyKnown() {
		var element tftypes.Type
		switch t := in.Type().(type) {
		case tftypes.List:
			element = t.ElementType
		case tftypes.Set:
			element = t.ElementType
		}
		if p.legacy && element != nil && !element.Is(tftypes.Object{}) {
			return tftypes.NewValue(in.Type(), tftypes.UnknownValue)
		}
		return in
	}
	var document any
	if text, _ := plain(in).(string); a.has("j") && json.Unmarshal([]byte(text), &document) == nil {
		if short, err := json.Marshal(document); err == nil {
			return tftypes.NewValue(in.Type(), string(short))
		}
	}
	return in
}

// same tells whether a provider takes the two for the same.
func same(a *attribute, was, in tftypes.Value) bool {
	if !in.IsFullyKnown() || !was.IsFullyKnown() || was.IsNull() {
		return false
	}
	x, _ := plain(was).(string)
	y, _ := plain(in).(string)
	switch {
	case a.has("j"):
		var left, right any
		return json.Unmarshal([]byte(x), &left) == nil && json.Unmarshal([]byte(y), &right) == nil &&
			reflect.DeepEqual(policy(left), policy(right))
	case a.has("h"):
		return name(x) == name(y)
	}
	return was.Equal(in) || bare(was).Equal(bare(in))
}

func name(s string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(s, "https://"), "."))
}

// bare is the value with null for what is empty in objects inside it, as in the routes of a route table.
func bare(v tftypes.Value) tftypes.Value {
	switch t := v.Type(); {
	case v.IsNull() || !v.IsKnown():
	case t.Is(tftypes.List{}) || t.Is(tftypes.Set{}):
		list := elements(v)
		for i, e := range list {
			list[i] = bare(e)
		}
		return tftypes.NewValue(t, list)
	case t.Is(tftypes.Object{}):
		f := fields(v)
		for name, e := range f {
			if f[name] = bare(e); isEmpty(e) {
				f[name] = tftypes.NewValue(e.Type(), nil)
			}
		}
		return tftypes.NewValue(t, f)
	}
	return v
}

// policy brings a policy into the form in which equal ones are equal: a list of one is its element, strings have no order.
func policy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = policy(e)
		}
	case []any:
		texts := true
		for i, e := range v {
			v[i] = policy(e)
			_, ok := e.(string)
			texts = texts && ok
		}
		if len(v) == 1 {
			return v[0]
		}
		if texts {
			sort.Slice(v, func(i, j int) bool { return v[i].(string) < v[j].(string) })
		}
	}
	return v
}

func (p *planner) nested(n *nested, was, in tftypes.Value, path *tftypes.AttributePath) tftypes.Value {
	if !in.IsKnown() {
		return in
	}
	if n.Mode == "single" {
		if in.IsNull() {
			return in
		}
		return p.object(n.block, was, in, path)
	}
	configured, recorded := elements(in), elements(was)
	if len(configured) == 0 {
		switch {
		case n.Computed && was.IsNull():
			return tftypes.NewValue(in.Type(), tftypes.UnknownValue)
		case n.Computed || n.Kept && !was.IsNull():
			return was
		}
		return tftypes.NewValue(in.Type(), []tftypes.Value{})
	}
	out := make([]tftypes.Value, len(configured))
	taken := make([]bool, len(recorded))
	for i, c := range configured {
		prior := tftypes.NewValue(c.Type(), nil)
		if n.Mode == "list" {
			if i < len(recorded) {
				prior = recorded[i]
			}
			out[i] = p.object(n.block, prior, c, path.WithElementKeyInt(i))
			continue
		}
		// An element of a set is the recorded one that planning would leave alone; none is replaced for a part of it.
		for j, r := range recorded {
			trial := planner{legacy: p.legacy, creating: true}
			if !taken[j] && trial.object(n.block, r, c, path).Equal(r) {
				prior, taken[j] = r, true
				break
			}
		}
		trial := planner{legacy: p.legacy, creating: true}
		out[i] = trial.object(n.block, prior, c, path)
	}
	return tftypes.NewValue(in.Type(), out)
}
