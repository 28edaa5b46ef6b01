package structure

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const chart = "deploy/helm/stockroom"

// chartValues are those of the chart, with what an operator has to say.
func chartValues(t *testing.T, change func(values map[string]any)) tree {
	t.Helper()
	values := read(t, chart+"/values.yaml")
	all := values.value.(map[string]any)
	all["baseURL"] = "https://stockroom.example.com"
	all["image"] = map[string]any{"repository": "registry.example.com/stockroom", "tag": "1", "pullSecret": ""}
	if change != nil {
		change(all)
	}
	return values
}

// rendered is the chart by kind, which has to render.
func rendered(t *testing.T, change func(values map[string]any)) map[string]tree {
	t.Helper()
	kinds, err := render(t, chart, chartValues(t, change))
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// TestChartKeepsItsPods to what they need: no root, nothing to write to, no
// rights at the cluster, and two of them through an upgrade.
func TestChartKeepsItsPods(t *testing.T) {
	t.Parallel()
	deployment := rendered(t, nil)["Deployment"]
	deployment.holds(t, map[string]any{
		"apiVersion": "apps/v1", "spec.replicas": 2, "spec.strategy.rollingUpdate.maxUnavailable": 0,
	})
	pod := deployment.at("spec.template.spec")
	pod.holds(t, map[string]any{
		"automountServiceAccountToken": false, "enableServiceLinks": false, "securityContext.runAsNonRoot": true,
		"securityContext.runAsUser": 65532, "securityContext.seccompProfile.type": "RuntimeDefault", "volumes": nil, "hostNetwork": nil,
	})
	if n := len(pod.at("containers").list()); n != 1 || pod.at("initContainers").value != nil {
		t.Errorf("%d containers", n)
	}
	pod.at("containers.0").holds(t, map[string]any{
		"image":                                  "registry.example.com/stockroom:1",
		"securityContext.readOnlyRootFilesystem": true,
		"securityContext.allowPrivilegeEscalation": false,
		"securityContext.privileged":               nil,
		"securityContext.capabilities.drop":        []any{"ALL"},
		"securityContext.capabilities.add":         nil,
	})
}

// TestChartProbes are addresses that there are, at the port that is listened to.
func TestChartProbes(t *testing.T) {
	t.Parallel()
	routes, err := fs.ReadFile(repository(t), "internal/handlers/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	container := rendered(t, nil)["Deployment"].at("spec.template.spec.containers.0")
	for probe, want := range map[string]string{"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"} {
		container.holds(t, map[string]any{probe + ".httpGet.path": want, probe + ".httpGet.port": "http"})
		if !strings.Contains(string(routes), `e.GET("`+want+`"`) {
			t.Errorf("there is no route %s", want)
		}
	}
	container.holds(t, map[string]any{
		"ports.0.name": "http", "ports.0.containerPort": 8080,
		"env.0.name": "STOCKROOM_ADDR", "env.0.value": "0.0.0.0:8080",
	})
}

// TestChartVariables are those that the program reads; secrets come from a
// Secret alone.
func TestChartVariables(t *testing.T) {
	t.Parallel()
	env := rendered(t, func(values map[string]any) {
		values["env"] = map[string]any{"STOCKROOM_READ_ONLY": true, "STOCKROOM_TRUSTED_PROXIES": "10.0.0.0/8"}
	})["Deployment"].at("spec.template.spec.containers.0.env").list()
	values := map[string]string{}
	var names []string
	for _, one := range env {
		name := one.at("name").String()
		if slices.Contains(names, name) {
			t.Errorf("%s is set twice", name)
		}
		names = append(names, name)
		if text, ok := one.at("value").value.(string); ok {
			values[name] = text
		}
	}
	secret := []string{"STOCKROOM_GITHUB_CLIENT_ID", "STOCKROOM_GITHUB_CLIENT_SECRET", "STOCKROOM_SECRET_KEY", "STOCKROOM_DATABASE_URL"}
	checkVariables(t, names, append(secret, "STOCKROOM_BASE_URL"))
	for _, one := range env {
		if name := one.at("name").String(); slices.Contains(secret, name) {
			one.holds(t, map[string]any{"value": nil, "valueFrom.secretKeyRef.key": name, "valueFrom.secretKeyRef.name": "stockroom"})
		}
	}
	if values["STOCKROOM_READ_ONLY"] != "true" || values["STOCKROOM_TRUSTED_PROXIES"] != "10.0.0.0/8" {
		t.Errorf("the operator's own: %v", values)
	}
}

// TestChartHoldsTogether: the service and the budget find the pods, the ingress
// finds the service and is there only if it was asked for.
func TestChartHoldsTogether(t *testing.T) {
	t.Parallel()
	plain := rendered(t, nil)
	if got := slices.Sorted(maps.Keys(plain)); !slices.Equal(got, []string{"Deployment", "PodDisruptionBudget", "Service"}) {
		t.Errorf("the chart has %v", got)
	}
	all := rendered(t, func(values map[string]any) {
		values["ingress"] = map[string]any{
			"enabled": true, "className": "nginx", "host": "stockroom.example.com", "path": "/tools/", "tlsSecretName": "tls",
			"annotations": map[string]any{"a/b": "c"},
		}
	})
	labels := all["Deployment"].at("spec.template.metadata.labels").value
	all["Deployment"].holds(t, map[string]any{"spec.selector.matchLabels": labels})
	all["PodDisruptionBudget"].holds(t, map[string]any{"spec.selector.matchLabels": labels, "spec.maxUnavailable": 1})
	all["Service"].holds(t, map[string]any{"spec.selector": labels, "spec.ports.0.targetPort": "http"})
	all["Ingress"].holds(t, map[string]any{
		"spec.rules.0.host": "stockroom.example.com", "spec.tls.0.secretName": "tls", "spec.ingressClassName": "nginx",
		"spec.rules.0.http.paths.0.path":                      "/tools/",
		"spec.rules.0.http.paths.0.backend.service.name":      all["Service"].at("metadata.name").value,
		"spec.rules.0.http.paths.0.backend.service.port.name": all["Service"].at("spec.ports.0.name").value,
	})
}

// TestChartAsksForWhatItCannotKnow instead of starting something else.
func TestChartAsksForWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(map[string]any){
		"baseURL":          func(v map[string]any) { v["baseURL"] = "" },
		"image.repository": func(v map[string]any) { v["image"] = map[string]any{"repository": "", "tag": "1", "pullSecret": ""} },
		"image.tag":        func(v map[string]any) { v["image"] = map[string]any{"repository": "x", "tag": "", "pullSecret": ""} },
	} {
		if _, err := render(t, chart, chartValues(t, change)); err == nil || !strings.Contains(err.Error(), what+" is required") {
			t.Errorf("without %s: %v", what, err)
		}
	}
	about := read(t, chart+"/Chart.yaml")
	about.holds(t, map[string]any{"apiVersion": "v2", "name": "stockroom", "type": "application"})
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(about.at("version").String()) {
		t.Errorf("the chart's version is %s", about.at("version"))
	}
}

// TestCompose: two replicas without rights, which believe nobody but nginx, at
// addresses that stay, and no variable that nobody reads.
func TestCompose(t *testing.T) {
	t.Parallel()
	services := read(t, "deploy/compose.yaml").at("services")
	replicas := 0
	const address = "networks.default.ipv4_address"
	for _, service := range services.list() {
		if service.at("image").String() != "stockroom" {
			continue
		}
		replicas++
		service.holds(t, map[string]any{
			"read_only": true, "cap_drop": []any{"ALL"}, "security_opt": []any{"no-new-privileges:true"},
			"privileged": nil, "user": nil, "ports": nil, "cap_add": nil,
		})
		env, _ := service.at("environment").value.(map[string]any)
		if nginx := services.at("nginx").at(address).value; nginx == nil || env["STOCKROOM_TRUSTED_PROXIES"] != nginx || service.at(address).value == nil {
			t.Errorf("at %v it believes %v, and nginx is %v", service.at(address), env["STOCKROOM_TRUSTED_PROXIES"], nginx)
		}
		checkVariables(t, slices.Collect(maps.Keys(env)), []string{"STOCKROOM_ADDR", "STOCKROOM_DATABASE_URL", "STOCKROOM_TRUSTED_PROXIES"})
	}
	if replicas != 2 {
		t.Errorf("%d replicas, want 2", replicas)
	}
	if got := services.at("postgres.ports").value; got != nil {
		t.Errorf("the database is open at %v", got)
	}
}

// TestImage: a user that is not root, set last, and variables that are read.
func TestImage(t *testing.T) {
	t.Parallel()
	file, err := fs.ReadFile(repository(t), "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, last, found := strings.Cut(string(file), "\nFROM scratch\n")
	users := regexp.MustCompile(`(?m)^USER (.+)$`).FindAllStringSubmatch(last, -1)
	if !found || len(users) != 1 || users[0][1] != "65532:65532" {
		t.Errorf("the image runs as %v", users)
	}
	checkVariables(t, regexp.MustCompile(`STOCKROOM_[A-Z_]+`).FindAllString(last, -1), nil)
}
