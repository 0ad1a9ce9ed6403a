package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// clusterAnswers tells why an object cannot be planned or made in the provider's cluster; nil when it can.
// A cluster that the world names answers and knows every kind.
func (s *server) clusterAnswers(object tftypes.Value) []*tfprotov6.Diagnostic {
	host, _ := plain(s.host).(string)
	if host == "" {
		return failure("Failed to construct REST client", "cannot create REST client: no client config")
	}
	if slices.Contains(s.world.Clusters, host) {
		return nil
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	manifest, _ := plain(fields(object)["manifest"]).(map[string]any)
	version, _ := manifest["apiVersion"].(string)
	path := "/version"
	switch {
	case strings.Contains(version, "/"):
		path = "/apis/" + version
	case version != "":
		path = "/api/" + version
	}
	status, kinds, err := s.get(strings.TrimSuffix(host, "/") + path)
	if err != nil {
		return failure("Failed to determine GroupVersionResource for manifest", "%s", err)
	}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		return failure("Failed to determine GroupVersionResource for manifest", "the server has asked for the client to provide credentials")
	}
	if kind, _ := manifest["kind"].(string); kind != "" && !slices.Contains(kinds, kind) {
		group, _, _ := strings.Cut(version, "/")
		return failure("API did not recognize GroupVersionKind from manifest (CRD may not be installed)",
			"no matches for kind %q in group %q", kind, group)
	}
	return nil
}

// get asks the cluster and lists the kinds that the answer names.
func (s *server) get(url string) (int, []string, error) {
	pool := x509.NewCertPool()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: pool, InsecureSkipVerify: !pool.AppendCertsFromPEM([]byte(s.ca)), // a cluster of a test has no other name
	}}}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	list := struct{ Resources []struct{ Kind string } }{}
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil && response.StatusCode == http.StatusOK {
		return 0, nil, fmt.Errorf("%s: %w", url, err)
	}
	var kinds []string
	for _, r := range list.Resources {
		kinds = append(kinds, r.Kind)
	}
	return response.StatusCode, kinds, nil
}
