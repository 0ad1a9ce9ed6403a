package main

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

const account = "123456789012"

// The zones of the regions that have others than a, b and c.
var zones = map[string]string{"us-east-1": "abcdef", "us-west-1": "ac", "us-west-2": "abcd", "ap-northeast-1": "acd", "ap-northeast-2": "abcd", "ca-central-1": "abd"}

// ask answers a data source: from the world, else by rule. Names and meaning of the errors are the real provider's.
func (s *server) ask(typ string, arguments map[string]any) (map[string]any, error) {
	if a := s.world.answer(typ, arguments); a != nil {
		return a.Attributes, nil
	}
	region, ok := arguments["region"].(string)
	if !ok {
		region = s.region
	}
	text := func(name string) string { v, _ := arguments[name].(string); return v }
	switch typ {
	case "aws_availability_zones":
		names, ids := []string{}, []string{}
		letters := zones[region]
		if letters == "" {
			letters = "abc"
		}
		excluded, _ := arguments["exclude_names"].([]any)
		for i, letter := range letters {
			if name := region + string(letter); !slices.Contains(excluded, any(name)) {
				names, ids = append(names, name), append(ids, fmt.Sprintf("%s-az%d", short(region), i+1))
			}
		}
		return map[string]any{"id": region, "names": names, "zone_ids": ids, "group_names": []string{region + "-zg-1"}}, nil
	case "aws_caller_identity":
		return map[string]any{"id": account, "account_id": account, "user_id": "AROAEXAMPLEDRPLANTEST:drplan",
			"arn": "arn:aws:sts::" + account + ":assumed-role/drplan/drplan"}, nil
	case "aws_region":
		return map[string]any{"id": region, "name": region, "region": region, "endpoint": "ec2." + region + ".amazonaws.com", "description": region}, nil
	case "aws_partition":
		return map[string]any{"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws"}, nil
	case "aws_eks_cluster_auth":
		name := text("name")
		token := "k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte("https://sts."+region+".amazonaws.com/?Action=GetCallerIdentity&x-k8s-aws-id="+name))
		return map[string]any{"id": name, "token": token}, nil
	case "aws_ssm_parameter":
		if name := text("name"); strings.HasPrefix(name, "/aws/service/") {
			value := "ami-" + sum(region + name)[:17]
			return map[string]any{"id": name, "type": "String", "value": value, "insecure_value": value, "version": 1,
				"arn": "arn:aws:ssm:" + region + "::parameter" + name}, nil
		}
		return nil, fmt.Errorf("reading SSM Parameter (%s): couldn't find resource", text("name"))
	case "aws_iam_policy_document":
		return policyDocument(arguments)
	case "tls_certificate":
		print := sum(text("url") + text("content"))
		return map[string]any{"id": sum(print), "certificates": []any{map[string]any{"sha1_fingerprint": print, "is_ca": true, "version": 3}}}, nil
	}
	return nil, fmt.Errorf("Search returned 0 results in %s, please revise so only one is returned", region)
}

// short is the region as ids of zones have it: us-west-2 is usw2.
func short(region string) string {
	out := ""
	for i, part := range strings.Split(region, "-") {
		switch {
		case i == 0 || len(part) == 1:
			out += part
		case len(part) == 9: // northeast, southeast
			out += part[:1] + part[5:6]
		default:
			out += part[:1]
		}
	}
	return out
}

func sum(s string) string {
	h := sha1.Sum([]byte(s))
	return hex.EncodeToString(h[:])
}
