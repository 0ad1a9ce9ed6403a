package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
)

// A world is the cloud that a provider sees.
type world struct {
	Objects  []object `json:"objects"`
	Data     []answer `json:"data"`
	Clusters []string `json:"clusters,omitempty"` // endpoints of clusters that answer, asked for no further
}

// An object exists under the id that it is imported by; where its attributes name a region, in that region only.
type object struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Attributes map[string]any `json:"attributes"`
}

// An answer is what a data source says to arguments that hold everything in Match.
type answer struct {
	Type       string         `json:"type"`
	Match      map[string]any `json:"match"`
	Attributes map[string]any `json:"attributes"`
}

// readWorld reads a world; "" is an empty one. What is the same in every account is added to it.
func readWorld(path string) (*world, error) {
	w, common := &world{}, &world{}
	data, err := tables.ReadFile("tables/world.json")
	if err == nil {
		err = decode(data, common)
	}
	if err == nil && path != "" {
		if data, err = os.ReadFile(path); err == nil {
			err = decode(data, w)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the world in DRPLAN_WORLD cannot be read: %w", err)
	}
	w.Data = append(w.Data, common.Data...)
	return w, nil
}

func (w *world) object(typ, id, region string) *object {
	for i, o := range w.Objects {
		if at, ok := o.Attributes["region"].(string); o.Type == typ && o.ID == id && id != "" && (!ok || region == "" || at == region) {
			return &w.Objects[i]
		}
	}
	return nil
}

func (w *world) answer(typ string, arguments map[string]any) *answer {
	for i, a := range w.Data {
		if a.Type == typ && subset(a.Match, arguments) {
			return &w.Data[i]
		}
	}
	return nil
}

// subset tells whether everything in part is in whole. A map may have more keys, a list may have more elements.
func subset(part, whole any) bool {
	switch p := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		for k, v := range p {
			if !ok || !subset(v, w[k]) {
				return false
			}
		}
		return true
	case []any:
		w, ok := whole.([]any)
		for _, v := range p {
			found := false
			for _, e := range w {
				found = found || subset(v, e)
			}
			if !ok || !found {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(part, whole)
}

func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// printWorld writes the world that a state (version 4) tells of.
func printWorld(path string, to io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	state := struct {
		Version   int
		Resources []struct {
			Mode, Type, Provider string
			Instances            []struct{ Attributes map[string]any }
		}
	}{}
	if err := decode(data, &state); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if state.Version != 4 {
		return fmt.Errorf("%s: state version %d is not 4", path, state.Version)
	}
	w := world{Objects: []object{}, Data: []answer{}}
	known := map[string]*table{}
	for _, r := range state.Resources {
		// provider["registry.terraform.io/hashicorp/aws"].dr
		name, _, _ := strings.Cut(r.Provider[strings.LastIndex(r.Provider, "/")+1:], `"`)
		t, ok := known[name]
		if !ok {
			if t, err = readTable(name); err != nil {
				fmt.Fprintln(os.Stderr, "drplan-provider: left out,", err)
			}
			known[name] = t
		}
		if t == nil {
			continue
		}
		kinds := map[string]map[string]*kind{"managed": t.Resources, "data": t.Data}[r.Mode]
		k := kinds[r.Type]
		if k == nil {
			fmt.Fprintf(os.Stderr, "drplan-provider: left out, no %s type %s in the table of %s\n", r.Mode, r.Type, name)
			continue
		}
		for _, i := range r.Instances {
			if r.Mode == "data" {
				w.Data = append(w.Data, answer{r.Type, k.arguments(i.Attributes), i.Attributes})
				continue
			}
			w.Objects = append(w.Objects, object{r.Type, k.importID(i.Attributes), i.Attributes})
			if endpoint, ok := i.Attributes["endpoint"].(string); ok && r.Type == "aws_eks_cluster" {
				w.Clusters = append(w.Clusters, endpoint)
			}
		}
	}
	out := json.NewEncoder(to)
	out.SetIndent("", " ")
	return out.Encode(w)
}

// arguments picks out of the attributes of a data source what must have been asked for: a state does not tell what an
// argument was that the provider fills in where it is not given, nor which flags are defaults.
func (k *kind) arguments(attributes map[string]any) map[string]any {
	match := map[string]any{}
	for name, v := range attributes {
		a := k.Attributes[name]
		if _, flag := v.(bool); a != nil && !flag && !empty(v) && (!a.has("c") || name == "region") {
			match[name] = v
		}
	}
	return match
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case json.Number:
		return v.String() == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
