// Stands in for the providers that the examples and tests name: one generic resource and one generic data source, driven by tables.
// The binary is a provider under the name that it is started by (terraform-provider-NAME_vX.Y.Z) and sees the cloud
// that the file in DRPLAN_WORLD describes. `drplan-provider world STATE.tfstate` prints such a file, made from a state.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "drplan-provider:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	name, ok := strings.CutPrefix(filepath.Base(args[0]), "terraform-provider-")
	if !ok {
		if len(args) == 3 && args[1] == "world" {
			return printWorld(args[2], os.Stdout)
		}
		return fmt.Errorf("usage: drplan-provider world STATE.tfstate; it is a provider only when started as terraform-provider-NAME")
	}
	name, _, _ = strings.Cut(name, "_")
	t, err := readTable(name)
	if err != nil {
		return err
	}
	w, err := readWorld(os.Getenv("DRPLAN_WORLD"))
	if err != nil {
		return err
	}
	return tf6server.Serve("registry.terraform.io/hashicorp/"+name, func() tfprotov6.ProviderServer {
		return &server{table: t, world: w}
	})
}
