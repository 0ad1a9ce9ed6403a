package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// A statement of a policy, its members in the order that the real provider writes.
type statement struct {
	Sid          string         `json:",omitempty"`
	Effect       string         `json:",omitempty"`
	Action       any            `json:",omitempty"`
	NotAction    any            `json:",omitempty"`
	Resource     any            `json:",omitempty"`
	NotResource  any            `json:",omitempty"`
	Principal    any            `json:",omitempty"`
	NotPrincipal any            `json:",omitempty"`
	Condition    map[string]any `json:",omitempty"`
}

// policyDocument renders aws_iam_policy_document. Of source and override documents the statements are joined: one with the sid
// of an earlier one takes its place.
func policyDocument(arguments map[string]any) (map[string]any, error) {
	var all []any
	add := func(s any, sid string) {
		for i, earlier := range all {
			if e, ok := sidOf(earlier); ok && e == sid && sid != "" {
				all[i] = s
				return
			}
		}
		all = append(all, s)
	}
	merge := func(documents any) error {
		list, _ := documents.([]any)
		for _, d := range list {
			text, _ := d.(string)
			parsed := struct{ Statement any }{}
			if text == "" {
				continue
			}
			if err := json.Unmarshal([]byte(text), &parsed); err != nil {
				return fmt.Errorf("merging policy document: %w", err)
			}
			statements, ok := parsed.Statement.([]any)
			if !ok {
				statements = []any{parsed.Statement}
			}
			for _, s := range statements {
				sid, _ := sidOf(s)
				add(s, sid)
			}
		}
		return nil
	}
	if err := merge(arguments["source_policy_documents"]); err != nil {
		return nil, err
	}
	blocks, _ := arguments["statement"].([]any)
	for _, b := range blocks {
		s, _ := b.(map[string]any)
		if s["effect"] == nil {
			s["effect"] = "Allow"
		}
		out := statement{
			Action: oneOrMany(s["actions"]), NotAction: oneOrMany(s["not_actions"]),
			Resource: oneOrMany(s["resources"]), NotResource: oneOrMany(s["not_resources"]),
			Principal: principals(s["principals"]), NotPrincipal: principals(s["not_principals"]), Condition: conditions(s["condition"]),
		}
		out.Sid, _ = s["sid"].(string)
		out.Effect, _ = s["effect"].(string)
		add(out, out.Sid)
	}
	if err := merge(arguments["override_policy_documents"]); err != nil {
		return nil, err
	}
	version, _ := arguments["version"].(string)
	if version == "" {
		version = "2012-10-17"
	}
	document := struct {
		Version   string `json:",omitempty"`
		ID        any    `json:"Id,omitempty"`
		Statement []any  `json:",omitempty"`
	}{version, arguments["policy_id"], all}
	pretty, short := &bytes.Buffer{}, &bytes.Buffer{}
	for to, indent := range map[*bytes.Buffer]string{pretty: "  ", short: ""} {
		e := json.NewEncoder(to)
		e.SetIndent("", indent)
		if err := e.Encode(document); err != nil {
			return nil, err
		}
	}
	text := strings.TrimSpace(pretty.String())
	return map[string]any{"id": fmt.Sprint(len(text)) + sum(text)[:4], "json": text, "minified_json": strings.TrimSpace(short.String()),
		"version": version, "statement": blocks}, nil
}

func sidOf(v any) (string, bool) {
	switch s := v.(type) {
	case statement:
		return s.Sid, true
	case map[string]any:
		sid, ok := s["Sid"].(string)
		return sid, ok
	}
	return "", false
}

// oneOrMany is a single string, or the strings in the descending order of the real provider.
func oneOrMany(v any) any {
	list, _ := v.([]any)
	out := []string{}
	for _, e := range list {
		s, _ := e.(string)
		out = append(out, strings.NewReplacer("&{", "${").Replace(s))
	}
	sort.Sort(sort.Reverse(sort.StringSlice(out)))
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

func principals(v any) any {
	list, _ := v.([]any)
	by := map[string][]any{}
	for _, e := range list {
		p, _ := e.(map[string]any)
		typ, _ := p["type"].(string)
		identifiers, _ := p["identifiers"].([]any)
		if typ == "*" {
			return "*"
		}
		by[typ] = append(by[typ], identifiers...)
	}
	if len(by) == 0 {
		return nil
	}
	out := map[string]any{}
	for typ, identifiers := range by {
		out[typ] = oneOrMany(identifiers)
	}
	return out
}

func conditions(v any) map[string]any {
	list, _ := v.([]any)
	out := map[string]any{}
	for _, e := range list {
		c, _ := e.(map[string]any)
		test, _ := c["test"].(string)
		variable, _ := c["variable"].(string)
		values, _ := c["values"].([]any)
		in, ok := out[test].(map[string]any)
		if !ok {
			in = map[string]any{}
			out[test] = in
		}
		if len(values) == 1 {
			in[variable] = oneOrMany(values)
		} else {
			in[variable] = values
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
