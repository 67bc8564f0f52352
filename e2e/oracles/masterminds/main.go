// SPDX-License-Identifier: Apache-2.0

// Answers what the version library of Flux and Argo CD makes of lines like {"range": …, "versions": […]}: {"inside": […]} in the
// order of the versions, or {"error": …}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/Masterminds/semver"
)

func inside(line []byte) (versions []string, err error) {
	var question struct {
		Range    string
		Versions []string
	}
	if err = json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	constraint, err := semver.NewConstraint(question.Range)
	if err != nil {
		return nil, err
	}
	versions = []string{}
	for _, text := range question.Versions {
		version, err := semver.NewVersion(text)
		if err == nil && constraint.Check(version) {
			versions = append(versions, text)
		}
	}
	return versions, nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		answer := map[string]interface{}{}
		if versions, err := inside(lines.Bytes()); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["inside"] = versions
		}
		encoded, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(out, string(encoded))
	}
}
