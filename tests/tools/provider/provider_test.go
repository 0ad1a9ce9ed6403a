package main

import (
	"strings"
	"testing"
)

func TestEveryTableIsRead(t *testing.T) {
	files, err := tables.ReadDir("tables")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".json"); name != "world" {
			if _, err := readTable(name); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := readWorld(""); err != nil {
		t.Error(err)
	}
}

// What hashicorp/aws 5.100.0 renders of the same arguments.
func TestPolicyDocumentAsTheRealProviderRendersIt(t *testing.T) {
	list := func(s ...any) []any { return s }
	got, err := policyDocument(map[string]any{"statement": list(
		map[string]any{
			"actions": list("s3:b", "s3:a", "s3:c"), "resources": list("*"),
			"principals": list(
				map[string]any{"type": "AWS", "identifiers": list("arn:aws:iam::1:root", "arn:aws:iam::2:root")},
				map[string]any{"type": "Service", "identifiers": list("x.amazonaws.com")},
			),
			"condition": list(
				map[string]any{"test": "StringLike", "variable": "aws:x", "values": list("b", "a")},
				map[string]any{"test": "StringLike", "variable": "aws:y", "values": list("&{aws:username}")},
			),
		},
		map[string]any{
			"sid": "two", "effect": "Deny", "not_actions": list("s3:*"), "not_resources": list("a", "b"),
			"principals": list(map[string]any{"type": "*", "identifiers": list("*")}),
		},
		map[string]any{"actions": list("sts:AssumeRole"), "principals": list(map[string]any{"type": "AWS", "identifiers": list("*")})},
	)})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":["s3:c","s3:b","s3:a"],"Resource":"*",` +
		`"Principal":{"AWS":["arn:aws:iam::2:root","arn:aws:iam::1:root"],"Service":"x.amazonaws.com"},` +
		`"Condition":{"StringLike":{"aws:x":["b","a"],"aws:y":"${aws:username}"}}},` +
		`{"Sid":"two","Effect":"Deny","NotAction":"s3:*","NotResource":["b","a"],"Principal":"*"},` +
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}`
	if got["minified_json"] != want {
		t.Errorf("got  %s\nwant %s", got["minified_json"], want)
	}
}
