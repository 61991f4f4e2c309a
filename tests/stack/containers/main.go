// Command containers tells what Docker makes of our files, with the libraries that Docker itself uses for it:
//
//	containers dockerfile <file>            its stages and instructions, and what `docker build --check` would warn of
//	containers context <directory>          the files that a build would be sent, by <directory>/.dockerignore
//	containers compose <file> [profile...]  the project that `docker compose` would run, by its own schema and loader
//
// Each prints one JSON value. Nothing is fetched and nothing is run.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/opencontainers/go-digest"
)

func main() {
	value, err := answer(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(value)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(args []string) (any, error) {
	if len(args) >= 2 {
		switch args[0] {
		case "dockerfile":
			return dockerfile(args[1])
		case "context":
			return buildContext(args[1])
		case "compose":
			return compose(args[1], args[2:])
		}
	}
	return nil, errors.New("usage: containers dockerfile|context|compose <path>")
}

type instruction struct {
	Name string `json:"name"`
	// The instruction as BuildKit's parser has it.
	Value instructions.Command `json:"value"`
}

type stage struct {
	Name     string        `json:"name"`
	Base     string        `json:"base"`
	Commands []instruction `json:"commands"`
}

func dockerfile(file string) (any, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(bytes.NewReader(source))
	if err != nil {
		return nil, err
	}
	stages, globals, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, err
	}
	arguments := map[string]string{}
	for _, command := range globals {
		for _, argument := range command.Args {
			arguments[argument.Key] = argument.ValueString()
		}
	}
	var shown []stage
	for _, one := range stages {
		var commands []instruction
		for _, command := range one.Commands {
			commands = append(commands, instruction{Name: command.Name(), Value: command})
		}
		shown = append(shown, stage{Name: one.Name, Base: one.BaseName, Commands: commands})
	}
	sources := llb.NewSourceMap(nil, file, "Dockerfile", source)
	sources.Definition = &llb.Definition{}
	options := dockerfile2llb.ConvertOpt{SourceMap: sources, MetaResolver: noRegistry{}}
	lint, err := dockerfile2llb.DockerfileLint(context.Background(), source, options)
	if err != nil {
		return nil, err
	}
	return map[string]any{"arguments": arguments, "stages": shown, "warnings": lint.Warnings, "error": lint.Error}, nil
}

// noRegistry stands in for the registries: every base image is there and sets nothing.
type noRegistry struct{}

func (noRegistry) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config := []byte(`{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}`)
	return ref, digest.FromBytes(config), config, nil
}

func buildContext(directory string) (any, error) {
	file, err := os.Open(filepath.Join(directory, ".dockerignore"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	patterns, err := ignorefile.ReadAll(file)
	if err != nil {
		return nil, err
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	kept := []string{}
	err = filepath.WalkDir(directory, func(full string, entry fs.DirEntry, err error) error {
		if err != nil || full == directory {
			return err
		}
		name, err := filepath.Rel(directory, full)
		if err != nil {
			return err
		}
		ignored, err := matcher.MatchesOrParentMatches(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && ignored && !mayKeepBelow(matcher.Patterns(), name):
			return filepath.SkipDir
		case !entry.IsDir() && !ignored:
			kept = append(kept, filepath.ToSlash(name))
		}
		return nil
	})
	return kept, err
}

// mayKeepBelow tells whether an exception (`!services/*/src`) may lie in an ignored directory.
func mayKeepBelow(patterns []*patternmatcher.Pattern, directory string) bool {
	names := strings.Split(filepath.ToSlash(directory), "/")
	for _, pattern := range patterns {
		if pattern.Exclusion() && mayMeet(strings.Split(pattern.String(), "/"), names) {
			return true
		}
	}
	return false
}

func mayMeet(pattern, names []string) bool {
	for i := 0; i < len(pattern) && i < len(names); i++ {
		if pattern[i] == "**" {
			return true
		}
		if matched, err := path.Match(pattern[i], names[i]); err != nil || !matched {
			return false
		}
	}
	return true
}

func compose(file string, profiles []string) (any, error) {
	options, err := cli.NewProjectOptions(
		[]string{file},
		cli.WithWorkingDirectory(filepath.Dir(file)),
		cli.WithOsEnv,
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithDefaultProfiles(profiles...),
	)
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}
