// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import FactSources
import JSONScan
import KubernetesModel
import Planning
import Testing

@Suite struct WatchWitnessTests {
    private func world(latest: String) throws -> World {
        let object: JSONValue = [
            "metadata": ["name": "w", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"], "spec": [:],
            "status": [
                "counts": ["monitored": 1, "outdated": 1, "failed": 0],
                "images": [
                    [
                        "image": "r.io/app:1.0.0", "policy": "SemVer", "outdated": true, "running": ["tag": "1.0.0"],
                        "latest": ["tag": .string(latest)],
                    ]
                ],
            ],
        ]
        var scanner = JSONScanner(object.canonicalBytes)
        let watch = try ImageWatch(from: &scanner)
        var world = World(configuration: OperatorConfiguration())
        world[ImageWatch.self] = Snapshot([watch])
        return world
    }

    private func values(_ text: String, _ name: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix(name) }.map(String.init)
    }

    @Test func `counts what registries answered, by registry`() throws {
        let witness = WatchWitness()
        for status in [200, 429, 503, 408, 401, nil] { witness.requested("r.io", status: status) }
        witness.refused("r.io")
        witness.requested("other.io", status: 200)
        let text = witness.text(of: try world(latest: "1.1.0"), isLeading: false)
        #expect(
            values(text, "diun_registry_requests_total{") == [
                #"diun_registry_requests_total{registry="other.io"} 1"#,
                #"diun_registry_requests_total{registry="r.io"} 6"#,
            ])
        #expect(values(text, "diun_registry_errors_total{").contains(#"diun_registry_errors_total{registry="r.io"} 3"#))
        #expect(
            values(text, "diun_registry_rate_limit_hits_total{").contains(
                #"diun_registry_rate_limit_hits_total{registry="other.io"} 0"#))
        #expect(
            values(text, "diun_registry_auth_errors_total{").contains(
                #"diun_registry_auth_errors_total{registry="r.io"} 1"#))
        // Who does not lead says nothing of what everybody sees.
        #expect(values(text, "diun_images_monitored").isEmpty)
        #expect(values(text, "diun_checks_total") == ["diun_checks_total 0"])
    }

    @Test func `what turns up between two answers is counted, and what was there before is not`() throws {
        let witness = WatchWitness()
        for (latest, count) in [("1.1.0", 0), ("1.1.0", 0), ("1.2.0", 1), ("1.2.0", 1)] {
            let text = witness.text(of: try world(latest: latest), isLeading: true)
            #expect(values(text, "diun_updates_detected_total") == ["diun_updates_detected_total \(count)"])
        }
    }

    @Test func `before the first answer the age of the newest watch counts`() throws {
        let witness = WatchWitness()
        let world = try world(latest: "1.1.0")
        #expect(
            values(witness.text(of: world, isLeading: true), "diun_last_check_timestamp_seconds")
                == ["diun_last_check_timestamp_seconds 1767225600"])
        witness.checked(at: Timestamp(secondsSinceEpoch: 1_800_000_000))
        let text = witness.text(of: world, isLeading: true)
        #expect(values(text, "diun_last_check_timestamp_seconds") == ["diun_last_check_timestamp_seconds 1800000000"])
        #expect(values(text, "diun_checks_total") == ["diun_checks_total 1"])
    }

    @Test func `registries have counters as long as there are not too many`() throws {
        let witness = WatchWitness()
        for number in 0..<300 { witness.requested("r\(number).io", status: 200) }
        let lines = values(witness.text(of: try world(latest: "1"), isLeading: false), "diun_registry_requests_total{")
        #expect(lines.count == 201)
        #expect(lines.contains(#"diun_registry_requests_total{registry="other"} 100"#))
    }
}
