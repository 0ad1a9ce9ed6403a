package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed tables
var tables embed.FS

// A table is what one provider knows: its own arguments, its resources and its data sources.
type table struct {
	Name      string
	Legacy    bool // built on the older SDK
	Provider  block
	Resources map[string]*kind
	Data      map[string]*kind
	Defs      map[string]block // blocks that occur more than once, by name
}

// A kind is one type of resource or data source.
type kind struct {
	block
	Version int64                      `json:"v"`
	Import  *string                    // template of the id that it is imported by; <id> unless set, "" for types that cannot be imported
	Made    map[string]json.RawMessage // templates of the attributes that creation makes
	Unread  map[string]any             // arguments that no API tells, with what an import sets them to
	schema  *tfprotov6.Schema
}

type block struct {
	Attributes map[string]*attribute `json:"a"`
	Blocks     map[string]*nested    `json:"b"`
}

// A nested is a block inside another. Also an attribute whose value is an object with attributes of its own.
type nested struct {
	block
	Mode     string
	Flags    string // of an attribute
	Min, Max int64
	Computed bool   `json:"c"` // the provider fills it in where the configuration has none
	Kept     bool   `json:"k"` // the provider leaves it alone where the configuration has none
	Forces   bool   `json:"f"`
	Like     string // the name in Defs of the block that it is
}

// An attribute is written "TYPE FLAGS", "TYPE FLAGS =DEFAULT", [FLAGS, TYPE] with a type as in a state file, or as an object of attributes.
// Flags: r required, o optional, c computed; after a space s sensitive, w write-only, f forces a new object, j compared as JSON,
// h compared as host names, u made anew by every update.
type attribute struct {
	Type    tftypes.Type
	Flags   string
	Default json.RawMessage
	Nested  *nested
}

func (a *attribute) has(flag string) bool { return strings.Contains(a.Flags, flag) }

func (a *attribute) UnmarshalJSON(data []byte) error {
	var text string
	switch data[0] {
	case '{':
		a.Nested = &nested{}
		if err := json.Unmarshal(data, a.Nested); err != nil {
			return err
		}
		a.Flags = a.Nested.Flags
		return nil
	case '[':
		parts := []json.RawMessage{}
		if err := json.Unmarshal(data, &parts); err != nil {
			return err
		}
		if err := json.Unmarshal(parts[0], &text); err != nil {
			return err
		}
		t, err := tftypes.ParseJSONType(parts[1]) //nolint:staticcheck
		if err != nil {
			return err
		}
		a.Type = t
	default:
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		name, rest, _ := strings.Cut(text, " ")
		t, err := parseType(name)
		if err != nil {
			return err
		}
		a.Type, text = t, rest
	}
	flags, def, has := strings.Cut(text, " =")
	a.Flags = flags
	if has {
		a.Default = json.RawMessage(def)
	}
	return nil
}

func parseType(name string) (tftypes.Type, error) {
	if outer, inner, ok := strings.Cut(strings.TrimSuffix(name, ")"), "("); ok {
		element, err := parseType(inner)
		if err != nil {
			return nil, err
		}
		switch outer {
		case "list":
			return tftypes.List{ElementType: element}, nil
		case "set":
			return tftypes.Set{ElementType: element}, nil
		case "map":
			return tftypes.Map{ElementType: element}, nil
		}
	}
	switch name {
	case "string":
		return tftypes.String, nil
	case "number":
		return tftypes.Number, nil
	case "bool":
		return tftypes.Bool, nil
	case "any":
		return tftypes.DynamicPseudoType, nil
	}
	return nil, fmt.Errorf("no type is written %q", name)
}

// readTable reads the table of the provider that has this name.
func readTable(name string) (*table, error) {
	data, err := tables.ReadFile("tables/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("no table for provider %q", name)
	}
	t := &table{Name: name}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("tables/%s.json: %w", name, err)
	}
	t.resolve(&t.Provider)
	for _, kinds := range []map[string]*kind{t.Resources, t.Data} {
		for _, k := range kinds {
			t.resolve(&k.block)
			k.schema = &tfprotov6.Schema{Version: k.Version, Block: k.block.schema()}
		}
	}
	return t, nil
}

func (t *table) resolve(b *block) {
	for _, n := range b.Blocks {
		if n.Like != "" {
			n.block = t.Defs[n.Like]
		}
		t.resolve(&n.block)
	}
}

func (b block) schema() *tfprotov6.SchemaBlock {
	s := &tfprotov6.SchemaBlock{Attributes: b.attributes()}
	for name, n := range b.Blocks {
		s.BlockTypes = append(s.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: n.schema(), MinItems: n.Min, MaxItems: n.Max,
			Nesting: map[string]tfprotov6.SchemaNestedBlockNestingMode{
				"single": tfprotov6.SchemaNestedBlockNestingModeSingle, "list": tfprotov6.SchemaNestedBlockNestingModeList,
				"set": tfprotov6.SchemaNestedBlockNestingModeSet, "map": tfprotov6.SchemaNestedBlockNestingModeMap,
			}[n.Mode],
		})
	}
	return s
}

func (b block) attributes() []*tfprotov6.SchemaAttribute {
	var all []*tfprotov6.SchemaAttribute
	for name, a := range b.Attributes {
		s := &tfprotov6.SchemaAttribute{
			Name: name, Type: a.Type, Required: a.has("r"), Optional: a.has("o"), Computed: a.has("c"),
			Sensitive: a.has("s"), WriteOnly: a.has("w"),
		}
		if n := a.Nested; n != nil {
			s.NestedType = &tfprotov6.SchemaObject{Attributes: n.attributes(), Nesting: map[string]tfprotov6.SchemaObjectNestingMode{
				"single": tfprotov6.SchemaObjectNestingModeSingle, "list": tfprotov6.SchemaObjectNestingModeList,
				"set": tfprotov6.SchemaObjectNestingModeSet, "map": tfprotov6.SchemaObjectNestingModeMap,
			}[n.Mode]}
		}
		all = append(all, s)
	}
	return all
}

// importID fills the template of the id that an object with these attributes is imported by; "" where the type has none.
func (k *kind) importID(attributes map[string]any) string {
	if k.Import == nil {
		return fill("<id>", attributes)
	}
	return fill(*k.Import, attributes)
}

func fill(template string, attributes map[string]any) string {
	return replaced(template, func(name string) string {
		var v any = attributes
		for _, part := range strings.Split(name, ".") {
			in, _ := v.(map[string]any)
			if dynamic, ok := in["value"].(map[string]any); ok && in["type"] != nil { // as a state has it
				in = dynamic
			}
			v = in[part]
		}
		switch v := v.(type) {
		case nil:
			return ""
		case json.Number:
			return v.String()
		default:
			return fmt.Sprint(v)
		}
	})
}

// replaced puts the value of each <name> into a template.
func replaced(template string, value func(name string) string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "<")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after, _ := strings.Cut(rest, ">")
		out.WriteString(value(name))
		template = after
	}
}
