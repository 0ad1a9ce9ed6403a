package main

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// unknown stands for a value that is known only after apply.
type unknown struct{}

func fields(v tftypes.Value) map[string]tftypes.Value {
	out := map[string]tftypes.Value{}
	if v.IsKnown() && !v.IsNull() {
		_ = v.As(&out)
	}
	return maps.Clone(out) // As gives what the value itself holds
}

func elements(v tftypes.Value) []tftypes.Value {
	out := []tftypes.Value{}
	if v.IsKnown() && !v.IsNull() {
		_ = v.As(&out)
	}
	return slices.Clone(out)
}

// plain is the value as encoding/json has it, with json.Number for numbers.
func plain(v tftypes.Value) any {
	switch {
	case !v.IsKnown():
		return unknown{}
	case v.IsNull():
		return nil
	}
	switch {
	case v.Type().Is(tftypes.String):
		var s string
		_ = v.As(&s)
		return s
	case v.Type().Is(tftypes.Bool):
		var b bool
		_ = v.As(&b)
		return b
	case v.Type().Is(tftypes.Number):
		n := new(big.Float)
		_ = v.As(&n)
		return json.Number(n.Text('f', -1))
	case v.Type().Is(tftypes.Object{}) || v.Type().Is(tftypes.Map{}):
		out := map[string]any{}
		for k, e := range fields(v) {
			out[k] = plain(e)
		}
		return out
	}
	out := []any{}
	for _, e := range elements(v) {
		out = append(out, plain(e))
	}
	return out
}

// typed is the opposite of plain. What the type does not have is left out, what is missing is null.
func typed(v any, t tftypes.Type) (tftypes.Value, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return tftypes.Value{}, err
	}
	return tftypes.ValueFromJSONWithOpts(data, t, tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}) //nolint:staticcheck
}

// complete gives every block that is null the empty list or set that the engine expects.
func (b block) complete(v tftypes.Value) tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return v
	}
	f := fields(v)
	for name, n := range b.Blocks {
		in := f[name]
		switch {
		case n.Mode == "single":
			f[name] = n.complete(in)
		case in.IsNull():
			f[name] = tftypes.NewValue(in.Type(), []tftypes.Value{})
		case in.IsKnown():
			list := elements(in)
			for i := range list {
				list[i] = n.complete(list[i])
			}
			f[name] = tftypes.NewValue(in.Type(), list)
		}
	}
	return tftypes.NewValue(v.Type(), f)
}

func isEmpty(v tftypes.Value) bool { return v.IsKnown() && empty(plain(v)) }
