// Holds generated JSON against the published shapes: Grafana's, of the SDK that is made from its schemas, which refuses fields
// that it does not know, and Google's protocol buffers. Reads an array of {"kind", "value"}, writes one of errors, "" for none.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/grafana/grafana-foundation-sdk/go/alerting"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

type document struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

type shape interface {
	UnmarshalJSONStrict(raw []byte) error
	Validate() error
}

func grafana(raw []byte, into shape) error {
	if err := into.UnmarshalJSONStrict(raw); err != nil {
		return err
	}
	return into.Validate()
}

func google(raw []byte, into proto.Message) error {
	return protojson.UnmarshalOptions{DiscardUnknown: false}.Unmarshal(raw, into)
}

func check(one document) error {
	switch one.Kind {
	case "GrafanaDashboard":
		return grafana(one.Value, &dashboard.Dashboard{})
	case "GrafanaRule":
		return grafana(one.Value, &alerting.Rule{})
	case "AlertPolicy":
		return google(one.Value, &monitoringpb.AlertPolicy{})
	case "MonitoringDashboard":
		return google(one.Value, &dashboardpb.Dashboard{})
	}
	return fmt.Errorf("no shape is called %q", one.Kind)
}

func main() {
	plugins.RegisterDefaultPlugins()
	var documents []document
	if err := json.NewDecoder(os.Stdin).Decode(&documents); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	errors := make([]string, len(documents))
	for i, one := range documents {
		if err := check(one); err != nil {
			errors[i] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(errors); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
