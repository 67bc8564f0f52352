// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import JSONScan
import KubernetesModel
import Planning
import TestSupport

/// A kind of the tests' own: it holds ConfigMaps and Jobs as its spec says.
struct Toy: CustomResource {
    static let resource = ResourceType(group: "test.watchbill.dev", version: "v1", kind: "Toy", plural: "toys")

    var metadata = ObjectMetadata()
    /// ConfigMaps to apply, by name, with the value that they carry.
    var maps: [String: String] = [:]
    /// Jobs to create once.
    var jobs: [String] = []
    var observedStatus: JSONValue?

    var conditions: [Condition] {
        (observedStatus?["conditions"]?.arrayValue ?? []).compactMap(Condition.init(json:))
    }

    init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "spec":
                try scanner.readObject { (key, scanner) throws(JSONError) in
                    switch key {
                    case "maps": maps = try scanner.readStringMap()
                    case "jobs": jobs = try scanner.readStrings()
                    default: try scanner.skipValue()
                    }
                }
            case "status": observedStatus = try scanner.readValue()
            default: try scanner.skipValue()
            }
        }
    }

    /// Nothing is checked by the server, so that unreadable objects can exist.
    static let definition: JSONValue = [
        "metadata": ["name": "toys.test.watchbill.dev"],
        "spec": [
            "group": "test.watchbill.dev", "scope": "Namespaced", "names": ["kind": "Toy", "plural": "toys"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "schema": [
                        "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                    ],
                ]
            ],
        ],
    ]
}

enum ToyController: Controller {
    static let contract = Contract(
        reads: [WatchedKind(ConfigMap.self), WatchedKind(Job.self)],
        writes: [
            WriteGrant(Toy.resource, subresource: "status", [.patch]),
            WriteGrant(.configMaps, [.patch, .create, .delete]),
            WriteGrant(.jobs, [.create, .delete]),
        ])

    static func plan(_ toy: Toy, in world: World, at now: Timestamp) -> Plan {
        var plan = Plan(.ready("Accepted", message: "accepted"))
        var refusals: [String] = []
        for (name, value) in toy.maps.sorted(by: { $0.key < $1.key }) {
            let object = DesiredObject(
                .configMaps, ObjectKey(namespace: toy.metadata.namespace, name: name), labels: mark,
                owners: [toy.ownerReference], body: ["data": ["value": .string(value)]])
            plan.apply.append(object)
            if let refusal = world.fact(WriteRefusal(object.reference)).answer {
                refusals.append(refusal.reason.rawValue)
            }
        }
        for name in toy.jobs {
            let key = ObjectKey(namespace: toy.metadata.namespace, name: name)
            if world[Job.self].object(key) != nil { continue }
            let job = DesiredObject(
                .jobs, key, labels: mark, annotations: ["watchbill.dev/template-hash": "1"],
                owners: [toy.ownerReference],
                body: [
                    "spec": [
                        "template": [
                            "spec": [
                                "restartPolicy": "Never", "containers": [["name": "main", "image": "example.org/a:1"]],
                            ]
                        ]
                    ]
                ])
            plan.create.append(job)
            if let refusal = world.fact(WriteRefusal(job.reference)).answer { refusals.append(refusal.reason.rawValue) }
        }
        let owned = world[ConfigMap.self].objects(in: toy.metadata.namespace).filter {
            $0.metadata.controller?.uid == toy.metadata.uid && !$0.metadata.isBeingDeleted
        }
        for map in owned.sorted(by: { $0.key < $1.key }) where toy.maps[map.metadata.name] == nil {
            plan.delete.append(Deletion(map))
        }
        plan.status = [
            "maps": .integer(Int64(owned.count { toy.maps[$0.metadata.name] == $0.data["value"] })),
            "refusals": .strings(refusals),
        ]
        return plan
    }

    static let mark = ["app.kubernetes.io/managed-by": "watchbill"]
}

/// A rig with the toy controller alone.
struct ToyRig {
    let rig: OperatorRig

    init(election: Bool = false, _ adjust: (inout OperatorRig.Options) -> Void = { _ in }) {
        var options = OperatorRig.Options()
        options.controllers = [AnyController(ToyController.self)]
        options.definitions = [Toy.definition]
        options.usesLeaderElection = election
        adjust(&options)
        rig = OperatorRig(options)
    }

    static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    @discardableResult
    func create(_ name: String, maps: [String: String] = [:], jobs: [String] = []) -> OperatorRig.Reply {
        rig.create(
            Toy.resource,
            [
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": ["maps": .stringMap(maps), "jobs": .strings(jobs)],
            ])
    }

    func setMaps(_ name: String, _ maps: [String: String?]) {
        rig.patch(
            Toy.resource, Self.key(name),
            ["spec": ["maps": .object(maps.mapValues { $0.map(JSONValue.string) ?? .null })]])
    }

    func status(_ name: String) -> JSONValue? { rig.object(Toy.resource, Self.key(name))?["status"] }
    func value(_ map: String) -> String? {
        rig.object(.configMaps, Self.key(map))?.at("data", "value")?.stringValue
    }
}
