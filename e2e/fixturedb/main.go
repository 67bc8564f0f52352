// Writes a vulnerability database for Trivy from a list on standard input: fixturedb DIRECTORY UPDATED-AT [PAD-MB].
// It holds so few entries that a test can name what must be found; padding gives it the weight of the real one.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"

	"go.etcd.io/bbolt"
)

type object map[string]interface{}

type vulnerability struct {
	ID, Title, Vector, Published string
	Severity                     int
	Score                        float64
	Affects                      []struct {
		Bucket, Package, Fixed string
		Vulnerable, Patched    []string
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v, fixturedb; mend the list or the folder and run e2e/images again\n", err)
		os.Exit(1)
	}
}

// put stores value as JSON under path; all but its last part are nested buckets.
func put(tx *bbolt.Tx, value interface{}, path ...string) {
	bucket, err := tx.CreateBucketIfNotExists([]byte(path[0]))
	for _, name := range path[1 : len(path)-1] {
		check(err)
		bucket, err = bucket.CreateBucketIfNotExists([]byte(name))
	}
	check(err)
	data, err := json.Marshal(value)
	check(err)
	check(bucket.Put([]byte(path[len(path)-1]), data))
}

func main() {
	if len(os.Args) < 3 {
		check(fmt.Errorf("usage: fixturedb DIRECTORY UPDATED-AT [PAD-MB] <list.json"))
	}
	var list []vulnerability
	check(json.NewDecoder(os.Stdin).Decode(&list))
	path := filepath.Join(os.Args[1], "trivy.db")
	os.Remove(path)
	db, err := bbolt.Open(path, 0o644, nil)
	check(err)
	check(db.Update(func(tx *bbolt.Tx) error {
		put(tx, object{"ID": "alpine", "Name": "Alpine Secdb", "URL": "https://secdb.alpinelinux.org/"}, "data-source", "alpine 3.18")
		put(tx, object{"ID": "ghsa", "Name": "GitHub Security Advisory Pip", "URL": "https://github.com/advisories?query=type%3Areviewed+ecosystem%3Apip"},
			"data-source", "pip::GitHub Security Advisory Pip")
		severities := []string{"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
		for _, v := range list {
			for _, a := range v.Affects {
				advisory := object{"FixedVersion": a.Fixed}
				if a.Vulnerable != nil {
					advisory = object{"VulnerableVersions": a.Vulnerable, "PatchedVersions": a.Patched}
				}
				put(tx, advisory, a.Bucket, a.Package, v.ID)
			}
			put(tx, object{"Title": v.Title, "Severity": severities[v.Severity],
				"VendorSeverity": object{"nvd": v.Severity, "ghsa": v.Severity},
				"CVSS":           object{"nvd": object{"V3Vector": v.Vector, "V3Score": v.Score}},
				"References":     []string{"https://nvd.nist.gov/vuln/detail/" + v.ID}, "PublishedDate": v.Published,
			}, "vulnerability", v.ID)
		}
		if len(os.Args) > 3 {
			megabytes, err := strconv.Atoi(os.Args[3])
			check(err)
			// Noise from a fixed seed: it does not compress, and it is the same every time.
			noise, block := rand.New(rand.NewSource(1)), make([]byte, 1<<20)
			for number := 0; number < megabytes; number++ {
				noise.Read(block)
				put(tx, block, "padding", strconv.Itoa(number))
			}
		}
		return nil
	}))
	check(db.Close())
	metadata, err := json.Marshal(object{"Version": 2, "UpdatedAt": os.Args[2], "NextUpdate": "2099-01-01T00:00:00Z", "DownloadedAt": "0001-01-01T00:00:00Z"})
	check(err)
	check(os.WriteFile(filepath.Join(os.Args[1], "metadata.json"), metadata, 0o644))
}
