package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A server is one configured provider. What it does not implement is nil: engines do not ask for it.
type server struct {
	tfprotov6.ProviderServer
	table *table
	world *world

	region    string
	tags      map[string]tftypes.Value // default_tags
	host      tftypes.Value            // of a cluster
	ca, token string
}

func failure(summary, format string, args ...any) []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: fmt.Sprintf(format, args...)}}
}

func (s *server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	r := &tfprotov6.GetMetadataResponse{}
	for name := range s.table.Resources {
		r.Resources = append(r.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	for name := range s.table.Data {
		r.DataSources = append(r.DataSources, tfprotov6.DataSourceMetadata{TypeName: name})
	}
	return r, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	r := &tfprotov6.GetProviderSchemaResponse{
		Provider:          &tfprotov6.Schema{Block: s.table.Provider.schema()},
		ResourceSchemas:   map[string]*tfprotov6.Schema{},
		DataSourceSchemas: map[string]*tfprotov6.Schema{},
	}
	for name, k := range s.table.Resources {
		r.ResourceSchemas[name] = k.schema
	}
	for name, k := range s.table.Data {
		r.DataSourceSchemas[name] = k.schema
	}
	return r, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, r *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (s *server) ConfigureProvider(_ context.Context, r *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	out := &tfprotov6.ConfigureProviderResponse{}
	v, err := r.Config.Unmarshal(s.table.Provider.schema().ValueType())
	if err != nil {
		return nil, err
	}
	f := fields(v)
	switch s.table.Name {
	case "aws":
		s.region, _ = plain(f["region"]).(string)
		for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
			if s.region == "" && f["region"].IsNull() {
				s.region = os.Getenv(name)
			}
		}
		if s.region == "" && f["region"].IsKnown() {
			out.Diagnostics = failure("Invalid provider configuration", "invalid AWS Region: %q", s.region)
		}
		for _, d := range elements(f["default_tags"]) {
			s.tags = fields(fields(d)["tags"])
		}
	case "kubernetes", "helm":
		if k, ok := f["kubernetes"]; ok { // helm
			f = fields(k)
		}
		s.host = f["host"]
		s.ca, _ = plain(f["cluster_ca_certificate"]).(string)
		s.token, _ = plain(f["token"]).(string)
	}
	return out, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, r *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	k := s.table.Resources[r.TypeName]
	v, err := r.RawState.UnmarshalWithOpts(k.schema.ValueType(), tfprotov6.UnmarshalOpts{
		ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true},
	})
	if err != nil {
		return nil, fmt.Errorf("%s in the state: %w", r.TypeName, err)
	}
	state, err := pack(k, k.complete(v))
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: state}, err
}

func (s *server) ImportResourceState(_ context.Context, r *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	out := &tfprotov6.ImportResourceStateResponse{}
	k := s.table.Resources[r.TypeName]
	if k.Import != nil && *k.Import == "" {
		out.Diagnostics = failure("resource "+r.TypeName+" doesn't support import", "")
		return out, nil
	}
	id, region := r.ID, s.region
	if at := regional.FindStringSubmatch(id); at != nil && k.Attributes["region"] != nil {
		id, region = at[1], at[2]
	}
	v, err := typed(map[string]any{"id": id, "region": region}, k.schema.ValueType())
	if err != nil {
		return nil, err
	}
	state, err := pack(k, k.complete(v))
	out.ImportedResources = []*tfprotov6.ImportedResource{{TypeName: r.TypeName, State: state, Private: []byte(importing + id)}}
	return out, err
}

// regional is an import id that names another region than the provider's.
var regional = regexp.MustCompile(`^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$`)

// importing marks the private data of an object that is only an id as yet: the reading that follows finds it or fails.
const importing = "importing "

func (s *server) ReadResource(_ context.Context, r *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	k := s.table.Resources[r.TypeName]
	v, err := r.CurrentState.Unmarshal(k.schema.ValueType())
	if err != nil {
		return nil, err
	}
	state, _ := plain(v).(map[string]any)
	id, fresh := strings.CutPrefix(string(r.Private), importing)
	if !fresh {
		id = k.importID(state)
	}
	region, _ := state["region"].(string)
	if region == "" {
		region = s.region
	}
	o := s.world.object(r.TypeName, id, region)
	switch {
	case o == nil && fresh:
		v = tftypes.NewValue(v.Type(), nil)
	case o != nil:
		attributes := maps.Clone(o.Attributes)
		if fresh {
			maps.Copy(attributes, k.Unread)
		}
		found, err := typed(attributes, v.Type())
		if err != nil {
			return nil, fmt.Errorf("%s %s in the world: %w", r.TypeName, id, err)
		}
		f := fields(found)
		for name, was := range fields(v) {
			if f[name].IsNull() && !fresh {
				f[name] = was
			}
		}
		v = k.complete(tftypes.NewValue(v.Type(), f))
	}
	private := r.Private
	if fresh {
		private = nil
	}
	new, err := pack(k, v)
	return &tfprotov6.ReadResourceResponse{NewState: new, Private: private}, err
}

func (s *server) PlanResourceChange(_ context.Context, r *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	k := s.table.Resources[r.TypeName]
	t := k.schema.ValueType()
	prior, err := r.PriorState.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	config, err := r.Config.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.PlanResourceChangeResponse{PlannedPrivate: r.PriorPrivate, UnsafeToUseLegacyTypeSystem: true}
	if proposed, err := r.ProposedNewState.Unmarshal(t); err != nil || proposed.IsNull() {
		out.PlannedState = r.ProposedNewState
		return out, err
	}
	if r.TypeName == "kubernetes_manifest" {
		if out.Diagnostics = s.clusterAnswers(config); out.Diagnostics != nil {
			out.PlannedState = r.PriorState
			return out, nil
		}
	}
	if r.TypeName == "aws_acm_certificate" {
		config = ownName(config, prior.IsNull())
	}
	p := planner{legacy: s.table.Legacy, creating: prior.IsNull()}
	planned := fields(p.object(k.block, prior, config, tftypes.NewAttributePath()))
	given := fields(config)
	if in, ok := given["region"]; ok && k.Attributes["region"].has("c") && in.IsNull() && s.region != "" {
		planned["region"] = tftypes.NewValue(tftypes.String, s.region)
		p.forces(fields(prior)["region"], planned["region"], tftypes.NewAttributePath().WithAttributeName("region"))
	}
	if all, ok := planned["tags_all"]; ok && k.Attributes["tags"] != nil && given["tags_all"].IsNull() {
		planned["tags_all"] = s.allTags(planned["tags"], all.Type())
		if p.creating && isEmpty(planned["tags_all"]) {
			planned["tags_all"] = all
		}
	}
	if r.TypeName == "aws_acm_certificate" && (p.creating || len(p.replace) > 0) {
		planned["domain_validation_options"] = plannedValidation(planned)
	}
	if next := tftypes.NewValue(t, planned); !p.creating && !next.Equal(prior) {
		for name, a := range k.Attributes {
			if a.has("u") && given[name].IsNull() {
				planned[name] = tftypes.NewValue(given[name].Type(), tftypes.UnknownValue)
			}
		}
	}
	out.RequiresReplace = p.replace
	out.PlannedState, err = pack(k, tftypes.NewValue(t, planned))
	return out, err
}

// allTags are the tags of the provider's default_tags and, over them, those of the resource.
func (s *server) allTags(own tftypes.Value, t tftypes.Type) tftypes.Value {
	if !own.IsKnown() {
		return tftypes.NewValue(t, tftypes.UnknownValue)
	}
	all := maps.Clone(s.tags)
	if all == nil {
		all = map[string]tftypes.Value{}
	}
	maps.Copy(all, fields(own))
	return tftypes.NewValue(t, all)
}

func (s *server) ApplyResourceChange(_ context.Context, r *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	k := s.table.Resources[r.TypeName]
	planned, err := r.PlannedState.Unmarshal(k.schema.ValueType())
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.ApplyResourceChangeResponse{UnsafeToUseLegacyTypeSystem: true, Private: r.PlannedPrivate}
	if planned.IsNull() {
		out.NewState = r.PlannedState
		return out, nil
	}
	if r.TypeName == "kubernetes_manifest" || r.TypeName == "helm_release" {
		if out.Diagnostics = s.clusterAnswers(planned); out.Diagnostics != nil {
			out.NewState = r.PriorState
			return out, nil
		}
	}
	made, err := s.make(r.TypeName, k, planned)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.TypeName, err)
	}
	out.NewState, err = pack(k, made)
	return out, err
}

func (s *server) ReadDataSource(_ context.Context, r *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	k := s.table.Data[r.TypeName]
	config, err := r.Config.Unmarshal(k.schema.ValueType())
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.ReadDataSourceResponse{}
	arguments, _ := plain(config).(map[string]any)
	if k.Attributes["region"] != nil && arguments["region"] == nil {
		arguments["region"] = s.region
	}
	result, err := s.ask(r.TypeName, arguments)
	if err != nil {
		out.Diagnostics = failure("reading "+r.TypeName, "%s", err)
		return out, nil
	}
	answered, err := typed(result, config.Type())
	if err != nil {
		return nil, fmt.Errorf("data %s in the world: %w", r.TypeName, err)
	}
	f := fields(answered)
	for name, given := range fields(config) {
		if isEmpty(f[name]) || k.Attributes[name] != nil && !given.IsNull() {
			f[name] = given
		}
		if name == "region" && f[name].IsNull() {
			f[name] = tftypes.NewValue(tftypes.String, s.region)
		}
	}
	out.State, err = pack(k, k.complete(tftypes.NewValue(config.Type(), f)))
	return out, err
}

func pack(k *kind, v tftypes.Value) (*tfprotov6.DynamicValue, error) {
	d, err := tfprotov6.NewDynamicValue(k.schema.ValueType(), v)
	return &d, err
}
