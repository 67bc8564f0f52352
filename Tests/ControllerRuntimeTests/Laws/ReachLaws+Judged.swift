// SPDX-License-Identifier: Apache-2.0
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import TestSupport
import TrivyReport

/// What is found is judged, and VEX documents are read, or not.
extension ReachLaws {
    static var judgements: [(LawWorld) -> Void] {
        let document = "{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"statements\": []}"
        return [
            judged(["maximumCritical": 0], documents: nil), judged(["maximumCritical": 1_000], documents: ["b": "{}"]),
            judged(["maximumCritical": 1_000], documents: ["a": "{}"]),
            judged(["maximumCritical": 1_000], documents: ["a": .string(document)]), unreadableConfigMap,
        ]
    }

    private static func judged(_ bounds: JSONValue, documents: JSONValue?) -> (LawWorld) -> Void {
        { world in
            world.jobs.results = { unit in
                var result = SeededScans.result(of: unit.digest, name: unit.reference)
                result.totals.vulnerabilities.critical += 1
                result.isTruncated = true
                return .scanned(result)
            }
            if let documents {
                world.rig.create(
                    .configMaps, ["metadata": ["name": "vex", "namespace": "alpha"], "data": documents])
            }
            world.addPolicy(
                "judged", in: "alpha",
                spec: [
                    "workloads": ["selector": [:]], "compliance": bounds,
                    "vex": [["configMap": "vex", "key": "a"]],
                ])
            world.populate()
            world.rig.start()
            world.rig.advance(by: .seconds(420))
        }
    }

    private static func unreadableConfigMap(_ world: LawWorld) {
        world.rig.server.inject(.status(403), times: .max) { $0.verb == .get && $0.resource == .configMaps }
        judged(["maximumCritical": 1_000], documents: ["a": "{}"])(world)
    }
}
