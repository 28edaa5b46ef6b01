package handlers

import (
	"fmt"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// registries are the hosts that package managers talk to (GitHub docs,
// "Working with a GitHub Packages registry"; for GHE.com and GHES "Enabling
// GitHub Packages with subdomain isolation").
type registries struct{ npm, maven, rubygems, docker, nuget, container string }

func registriesOf(githubHost string) registries {
	if githubHost == "github.com" {
		return registries{
			npm: "npm.pkg.github.com", maven: "maven.pkg.github.com", rubygems: "rubygems.pkg.github.com",
			docker: "docker.pkg.github.com", nuget: "nuget.pkg.github.com", container: "ghcr.io",
		}
	}
	return registries{
		npm: "npm." + githubHost, maven: "maven." + githubHost, rubygems: "rubygems." + githubHost,
		docker: "docker." + githubHost, nuget: "nuget." + githubHost, container: "containers." + githubHost,
	}
}

// registries returns the hosts to name in install commands. Practice GitHub
// has no registries, so the demo names those of github.com.
func (h *edge) registries() registries {
	if h.Practice {
		return registriesOf("github.com")
	}
	return registriesOf(h.GitHubURL.Host)
}

// snippets returns what to type to install a package, at a version if one is given.
func (r registries) snippets(p ghpkg.Package, v *ghpkg.Version) []views.Snippet {
	version := ""
	if v != nil {
		version = v.Name
	}
	owner := strings.ToLower(p.Owner.Login())
	switch p.Type {
	case ghpkg.NPM:
		return r.npmSnippets(owner, p.Name, version)
	case ghpkg.Maven:
		return r.mavenSnippets(p, version)
	case ghpkg.RubyGems:
		return r.gemSnippets(owner, p.Name, version)
	case ghpkg.NuGet:
		return r.nugetSnippets(owner, p.Name, version)
	case ghpkg.Docker:
		return pull(r.docker+"/"+owner+"/"+dockerName(p), v)
	case ghpkg.Container:
		return pull(r.container+"/"+owner+"/"+strings.ToLower(p.Name), v)
	}
	return nil
}

func (r registries) npmSnippets(owner, name, version string) []views.Snippet {
	if !strings.HasPrefix(name, "@") {
		name = "@" + owner + "/" + name
	}
	scope, _, _ := strings.Cut(name, "/")
	return []views.Snippet{
		{Label: "npm", Code: "npm install " + joined(name, "@", version)},
		{Label: ".npmrc", Code: scope + ":registry=https://" + r.npm},
	}
}

// mavenSnippets takes the last dot of the name as the border of group and
// artifact: GitHub joins the two with it.
func (r registries) mavenSnippets(p ghpkg.Package, version string) []views.Snippet {
	group, artifact := p.Name, p.Name
	if i := strings.LastIndex(p.Name, "."); i > 0 {
		group, artifact = p.Name[:i], p.Name[i+1:]
	}
	if version == "" {
		version = "VERSION"
	}
	repository := "REPOSITORY"
	if p.Repository != nil {
		repository = p.Repository.Name
	}
	return []views.Snippet{
		{Label: "Maven", Code: fmt.Sprintf("<dependency>\n  <groupId>%s</groupId>\n  <artifactId>%s</artifactId>\n  <version>%s</version>\n</dependency>", group, artifact, version)},
		{Label: "Gradle", Code: fmt.Sprintf("implementation %q", group+":"+artifact+":"+version)},
		{Label: "repository", Code: fmt.Sprintf("https://%s/%s/%s", r.maven, p.Owner.Login(), repository)},
	}
}

func (r registries) gemSnippets(owner, name, version string) []views.Snippet {
	line := fmt.Sprintf("gem %q", name)
	if version != "" {
		line += fmt.Sprintf(", %q", version)
	}
	return []views.Snippet{{Label: "Gemfile", Code: fmt.Sprintf("source %q do\n  %s\nend", "https://"+r.rubygems+"/"+owner, line)}}
}

func (r registries) nugetSnippets(owner, name, version string) []views.Snippet {
	add := "dotnet add package " + name
	if version != "" {
		add += " --version " + version
	}
	return []views.Snippet{
		{Label: ".NET CLI", Code: add},
		{Label: "source", Code: fmt.Sprintf("https://%s/%s/index.json", r.nuget, owner)},
	}
}

// dockerName is repository/image in the old Docker registry; the repository is
// part of the path there.
func dockerName(p ghpkg.Package) string {
	if p.Repository == nil || strings.Contains(p.Name, "/") {
		return strings.ToLower(p.Name)
	}
	return strings.ToLower(p.Repository.Name + "/" + p.Name)
}

// pull returns the commands that fetch an image: by each way in which it can
// be named for sure.
func pull(image string, v *ghpkg.Version) []views.Snippet {
	if v == nil {
		return []views.Snippet{{Label: "docker", Code: "docker pull " + image}}
	}
	var all []views.Snippet
	if len(v.Tags) > 0 {
		all = append(all, views.Snippet{Label: "docker", Code: "docker pull " + image + ":" + v.Tags[0]})
	}
	if strings.HasPrefix(v.Name, "sha256:") {
		all = append(all, views.Snippet{Label: "digest", Code: "docker pull " + image + "@" + v.Name})
	}
	return all
}

// joined is a and b with sep between, or a alone if there is no b.
func joined(a, sep, b string) string {
	if b == "" {
		return a
	}
	return a + sep + b
}
