// SPDX-License-Identifier: Apache-2.0

// Answers what Kubernetes' own schedule library makes of lines like {"schedule": …, "after": …, "count": 5}: {"next": […]}, or
// {"error": …}. Times are in UTC.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/robfig/cron"
)

func next(line []byte) (times []string, err error) {
	var question struct {
		Schedule string
		After    time.Time
		Count    int
	}
	if err = json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	schedule, err := cron.ParseStandard(question.Schedule)
	if err != nil {
		return nil, err
	}
	times = []string{}
	for t := question.After.UTC(); len(times) < question.Count; {
		// No time within five years is the zero time.
		if t = schedule.Next(t); t.IsZero() {
			break
		}
		times = append(times, t.Format(time.RFC3339))
	}
	return times, nil
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		answer := map[string]interface{}{}
		if times, err := next(input.Bytes()); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["next"] = times
		}
		line, _ := json.Marshal(answer)
		fmt.Println(string(line))
	}
}
