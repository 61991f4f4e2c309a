// Command terraform-provider speaks the plugin protocol of Terraform for the schema in schema.json, which is that of the helm provider.
// Where the real provider cannot be had, `validate`, `test` and `plan` see the same attributes and types through it. It installs nothing:
// what is applied is kept in the state as it was planned.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schema.json
var schemaJSON []byte

type schemaFile struct {
	Provider  map[string]attribute            `json:"provider"`
	Resources map[string]map[string]attribute `json:"resources"`
}

type attribute struct {
	// As Terraform writes types in JSON: "string", ["list","string"]. Absent if there is Nested.
	Type      json.RawMessage      `json:"type"`
	Nested    map[string]attribute `json:"nested"`
	Nesting   string               `json:"nesting"`
	Required  bool                 `json:"required"`
	Optional  bool                 `json:"optional"`
	Computed  bool                 `json:"computed"`
	Sensitive bool                 `json:"sensitive"`
	WriteOnly bool                 `json:"writeOnly"`
}

// server answers what planning and applying take; the embedded nil interface stands for calls that never come.
type server struct {
	tfprotov6.ProviderServer
	provider  *tfprotov6.Schema
	resources map[string]*tfprotov6.Schema
}

func main() {
	var file schemaFile
	if err := json.Unmarshal(schemaJSON, &file); err != nil {
		log.Fatalf("schema.json: %v", err)
	}
	served := &server{provider: schema(file.Provider), resources: map[string]*tfprotov6.Schema{}}
	for name, attributes := range file.Resources {
		served.resources[name] = schema(attributes)
	}
	err := tf6server.Serve("registry.terraform.io/hashicorp/helm", func() tfprotov6.ProviderServer { return served })
	if err != nil {
		log.Fatal(err)
	}
}

func schema(attributes map[string]attribute) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: schemaAttributes(attributes)}}
}

func schemaAttributes(attributes map[string]attribute) []*tfprotov6.SchemaAttribute {
	var all []*tfprotov6.SchemaAttribute
	for name, given := range attributes {
		made := &tfprotov6.SchemaAttribute{
			Name: name, Required: given.Required, Optional: given.Optional, Computed: given.Computed,
			Sensitive: given.Sensitive, WriteOnly: given.WriteOnly,
		}
		if given.Nested != nil {
			made.NestedType = &tfprotov6.SchemaObject{Attributes: schemaAttributes(given.Nested), Nesting: nesting(given.Nesting)}
		} else {
			parsed, err := tftypes.ParseJSONType(given.Type) //nolint:staticcheck // the one parser of this form
			if err != nil {
				log.Fatalf("schema.json: %s: %v", name, err)
			}
			made.Type = parsed
		}
		all = append(all, made)
	}
	return all
}

func nesting(name string) tfprotov6.SchemaObjectNestingMode {
	switch name {
	case "single":
		return tfprotov6.SchemaObjectNestingModeSingle
	case "list":
		return tfprotov6.SchemaObjectNestingModeList
	}
	log.Fatalf("schema.json: nesting %q", name)
	return tfprotov6.SchemaObjectNestingModeInvalid
}

func (s *server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	answer := &tfprotov6.GetMetadataResponse{}
	for name := range s.resources {
		answer.Resources = append(answer.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	return answer, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{Provider: s.provider, ResourceSchemas: s.resources}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (s *server) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, request *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	kind := s.resources[request.TypeName].ValueType()
	value, err := request.RawState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (s *server) ReadResource(_ context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: request.CurrentState, Private: request.Private}, nil
}

// PlanResourceChange leaves to the apply of a new resource what only the provider can say.
func (s *server) PlanResourceChange(_ context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	isNew, err := request.PriorState.IsNull()
	if err != nil {
		return nil, err
	}
	planned, err := s.changed(request.TypeName, request.ProposedNewState, func(given *tfprotov6.SchemaAttribute, value tftypes.Value) tftypes.Value {
		if isNew && given.Computed && value.IsNull() {
			return tftypes.NewValue(given.ValueType(), tftypes.UnknownValue)
		}
		return value
	})
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: planned}, err
}

// ApplyResourceChange keeps what was planned; what was left open gets the empty value of its type, null where there is none.
func (s *server) ApplyResourceChange(_ context.Context, request *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	state, err := s.changed(request.TypeName, request.PlannedState, func(given *tfprotov6.SchemaAttribute, value tftypes.Value) tftypes.Value {
		if value.IsKnown() {
			return value
		}
		kind := given.ValueType()
		switch {
		case kind.Is(tftypes.String):
			return tftypes.NewValue(kind, map[string]string{"id": request.TypeName, "status": "deployed"}[given.Name])
		case kind.Is(tftypes.Bool):
			return tftypes.NewValue(kind, false)
		case kind.Is(tftypes.Number):
			return tftypes.NewValue(kind, 0)
		}
		return tftypes.NewValue(kind, nil)
	})
	return &tfprotov6.ApplyResourceChangeResponse{NewState: state}, err
}

// changed gives back a state in which each attribute has become what `change` says; the state of a resource that goes stays null.
func (s *server) changed(name string, state *tfprotov6.DynamicValue, change func(*tfprotov6.SchemaAttribute, tftypes.Value) tftypes.Value) (*tfprotov6.DynamicValue, error) {
	schema, known := s.resources[name]
	if !known {
		return nil, fmt.Errorf("no resource %s", name)
	}
	value, err := state.Unmarshal(schema.ValueType())
	if err != nil || value.IsNull() {
		return state, err
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		return nil, err
	}
	for _, given := range schema.Block.Attributes {
		attributes[given.Name] = change(given, attributes[given.Name])
	}
	made, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), attributes))
	return &made, err
}
