// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// Fills in what the server fills in, and refuses what it refuses before validation.
    mutating func admit(
        _ object: JSONValue, old: JSONValue?, _ served: ServedResource, _ request: APIRequest
    ) throws(APIFailure) -> JSONValue {
        var object = object
        switch served.type {
        case .pods: object = Defaults.pod(object)
        case .jobs: object = Defaults.job(object, uid: object.uid)
        case .secrets: object = Defaults.secret(object)
        case .namespaces: object = Defaults.namespace(object, old: old)
        case .deployments: object = Defaults.deployment(Defaults.replicated(object))
        case .replicaSets: object = Defaults.replicated(object)
        default: break
        }
        if served.isCustom { object = try admitCustom(object, old: old, served, request) }
        return object
    }
}

/// The defaults of built-in kinds, as far as a client could stumble over them
/// (k8s.io/kubernetes `pkg/apis/*/v1/defaults.go` and registry strategies).
enum Defaults {
    static func pod(_ object: JSONValue) -> JSONValue {
        var object = object
        object["spec"] = podSpec(object["spec"] ?? [:], restartPolicy: "Always")
        if object["status"] == nil { object["status"] = ["phase": "Pending", "qosClass": "BestEffort"] }
        return object
    }

    static func job(_ object: JSONValue, uid: String) -> JSONValue {
        var object = object
        var spec = object["spec"]?.objectValue ?? [:]
        if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
        for (name, value) in ["parallelism": 1, "backoffLimit": 6] as [String: JSONValue] where spec[name] == nil {
            spec[name] = value
        }
        for (name, value) in ["completionMode": "NonIndexed", "suspend": false] as [String: JSONValue]
        where spec[name] == nil {
            spec[name] = value
        }
        if spec["manualSelector"] != true, !uid.isEmpty {
            spec["selector"] = ["matchLabels": ["controller-uid": .string(uid)]]
            var template = spec["template"] ?? [:]
            var labels = template.at("metadata", "labels")?.objectValue ?? [:]
            labels["controller-uid"] = .string(uid)
            labels["job-name"] = .string(object.name)
            var metadata = template["metadata"] ?? [:]
            metadata["labels"] = .object(labels)
            template["metadata"] = metadata
            spec["template"] = template
        }
        if var template = spec["template"] {
            template["spec"] = podSpec(template["spec"] ?? [:], restartPolicy: nil)
            spec["template"] = template
        }
        object["spec"] = .object(spec)
        return object
    }

    static func replicated(_ object: JSONValue) -> JSONValue {
        var object = object
        var spec = object["spec"] ?? [:]
        if spec["replicas"] == nil { spec["replicas"] = 1 }
        if var template = spec["template"] {
            template["spec"] = podSpec(template["spec"] ?? [:], restartPolicy: "Always")
            spec["template"] = template
        }
        object["spec"] = spec
        return object
    }

    static func deployment(_ object: JSONValue) -> JSONValue {
        var object = object
        var spec = object["spec"] ?? [:]
        if spec["revisionHistoryLimit"] == nil { spec["revisionHistoryLimit"] = 10 }
        if spec["progressDeadlineSeconds"] == nil { spec["progressDeadlineSeconds"] = 600 }
        var strategy = spec["strategy"] ?? [:]
        if strategy["type"] == nil { strategy["type"] = "RollingUpdate" }
        if strategy["type"] == "RollingUpdate" {
            var update = strategy["rollingUpdate"] ?? [:]
            for name in ["maxUnavailable", "maxSurge"] where update[name] == nil { update[name] = "25%" }
            strategy["rollingUpdate"] = update
        }
        spec["strategy"] = strategy
        object["spec"] = spec
        return object
    }

    static func secret(_ object: JSONValue) -> JSONValue {
        var object = object
        if object["type"] == nil { object["type"] = "Opaque" }
        if let plain = object["stringData"]?.objectValue {
            var data = object["data"]?.objectValue ?? [:]
            for (key, value) in plain.compactMapValues(\.stringValue) {
                data[key] = .string(Base64.encode(Array(value.utf8)))
            }
            object["data"] = .object(data)
            object["stringData"] = nil
        }
        return object
    }

    static func namespace(_ object: JSONValue, old: JSONValue?) -> JSONValue {
        var object = object
        var labels = object.labels.mapValues(JSONValue.string)
        labels["kubernetes.io/metadata.name"] = .string(object.name)
        object = object.settingMetadata("labels", .object(labels))
        if let old {
            object["spec"] = old["spec"]
        } else {
            // Without it a namespace would go and leave what is in it.
            let finalizers = object.at("spec", "finalizers")?.arrayValue ?? []
            let all = finalizers.contains("kubernetes") ? finalizers : finalizers + ["kubernetes"]
            object["spec"] = ["finalizers": .array(all)]
        }
        if object["status"] == nil { object["status"] = ["phase": "Active"] }
        return object
    }

    private static func podSpec(_ spec: JSONValue, restartPolicy: JSONValue?) -> JSONValue {
        var spec = spec
        if spec["restartPolicy"] == nil { spec["restartPolicy"] = restartPolicy }
        let defaults: [String: JSONValue] = [
            "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30,
            "securityContext": [:],
        ]
        for (name, value) in defaults where spec[name] == nil { spec[name] = value }
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.arrayValue else { continue }
            spec[list] = .array(containers.map(container))
        }
        if let volumes = spec["volumes"]?.arrayValue { spec["volumes"] = .array(volumes.map(volume)) }
        return spec
    }

    private static func container(_ container: JSONValue) -> JSONValue {
        guard container.objectValue != nil else { return container }
        var container = container
        let image = container["image"]?.stringValue ?? ""
        let lastPart = image.split(separator: "/").last ?? ""
        let isLatest = !lastPart.contains(":") && !image.contains("@") || lastPart.hasSuffix(":latest")
        let defaults: [String: JSONValue] = [
            "imagePullPolicy": isLatest ? "Always" : "IfNotPresent", "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File", "resources": [:],
        ]
        for (name, value) in defaults where container[name] == nil { container[name] = value }
        if let ports = container["ports"]?.arrayValue {
            container["ports"] = .array(
                ports.map { port in
                    var port = port
                    if port["protocol"] == nil { port["protocol"] = "TCP" }
                    return port
                })
        }
        return container
    }

    private static func volume(_ volume: JSONValue) -> JSONValue {
        var volume = volume
        for source in ["configMap", "secret", "projected"] {
            guard var value = volume[source], value.objectValue != nil, value["defaultMode"] == nil else { continue }
            value["defaultMode"] = 420
            volume[source] = value
        }
        return volume
    }
}
