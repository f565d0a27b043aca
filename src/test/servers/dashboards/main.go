// Reads dashboards as strictly as Grafana's own schema allows: no field that it does not know, at any depth that it
// describes (dashboard, variable, panel, the options of each kind of panel, query), and every required one is there.
//
// Usage: dashboards FILE... ; it says what is wrong, one line each, and ends with 1 if anything is.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// Those in use, by the names that the compiler knows: any other string would be a suffix of the numbers.
var inUse = map[string]bool{
	units.NoUnit: true, units.PercentUnit: true, units.Seconds: true, units.Milliseconds: true, units.Microseconds: true,
	units.BytesIEC: true, units.BitsPerSecondSI: true, units.PacketsPerSecond: true, units.CountsPerSecond: true,
	units.RequestsPerSecond: true,
}

func main() {
	plugins.RegisterDefaultPlugins()
	good := true
	for _, file := range os.Args[1:] {
		if err := check(file); err != nil {
			fmt.Printf("%s: %v\n", file, err)
			good = false
		}
	}
	if !good {
		os.Exit(1)
	}
}

func check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var strictly dashboard.Dashboard
	if err := some(strictly.UnmarshalJSONStrict(text)); err != nil {
		return err
	}
	// What was read strictly lacks its panels in this version of the SDK: it takes their empty lists of errors for errors.
	var read dashboard.Dashboard
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	if err := some(read.Validate()); err != nil {
		return err
	}
	if err := known(read.Panels); err != nil {
		return err
	}
	return fields(text)
}

// Units, thresholds and mappings, which reading a panel strictly passes over.
func fields(text []byte) error {
	var read struct {
		Panels []struct {
			Title       string
			FieldConfig json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	for _, panel := range read.Panels {
		if panel.FieldConfig == nil {
			continue
		}
		var strictly dashboard.FieldConfigSource
		if err := some(strictly.UnmarshalJSONStrict(panel.FieldConfig)); err != nil {
			return fmt.Errorf("panel %q: %w", panel.Title, err)
		}
	}
	return nil
}

// The SDK says "no errors" by an empty list of them, which is not nil.
func some(err error) error {
	var errs cog.BuildErrors
	if errors.As(err, &errs) && len(errs) == 0 {
		return nil
	}
	return err
}

// A kind of panel or a source of data that the schema does not know would be passed over, whatever stands in it.
func known(panels []dashboard.PanelOrRowPanel) error {
	for _, either := range panels {
		if either.RowPanel != nil {
			for _, panel := range either.RowPanel.Panels {
				if err := knownPanel(panel); err != nil {
					return err
				}
			}
		}
		if either.Panel != nil {
			if err := knownPanel(*either.Panel); err != nil {
				return err
			}
		}
	}
	return nil
}

func knownPanel(panel dashboard.Panel) error {
	title := ""
	if panel.Title != nil {
		title = *panel.Title
	}
	if panel.FieldConfig != nil && panel.FieldConfig.Defaults.Unit != nil && !inUse[*panel.FieldConfig.Defaults.Unit] {
		return fmt.Errorf("panel %q: no unit is called %q", title, *panel.FieldConfig.Defaults.Unit)
	}
	if _, found := cog.ConfigForPanelcfgVariant(panel.Type); !found {
		return fmt.Errorf("panel %q: no kind of panel is called %q", title, panel.Type)
	}
	for _, target := range panel.Targets {
		if kind := target.DataqueryType(); kind != "prometheus" {
			return fmt.Errorf("panel %q: a query of %q, not of prometheus", title, kind)
		}
	}
	return nil
}
