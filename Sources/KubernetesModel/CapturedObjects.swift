// SPDX-License-Identifier: Apache-2.0
import Essentials

/// An object that can be written down as it was seen: only what is read of it, so nothing that plans do not look at.
package protocol CapturedObject: KubernetesObject {
    /// Under which it stands in a capture; of its own for each way to read a kind.
    static var capturedName: String { get }
    /// What `init(from:)` reads as the same value again, but for annotations that are not ours.
    var captured: JSONValue { get }
}

extension CapturedObject {
    package static var capturedName: String { resource.kind }
}

extension ObjectMetadata {
    /// Annotations are anybody's; only those that plans look at are kept. What Diun passes on to its receivers is nobody's here.
    package var captured: JSONValue {
        let ours = annotations.filter {
            (Self.isRead(annotation: $0.key) && !$0.key.hasPrefix("diun.metadata."))
                || $0.key == "reconcile.fluxcd.io/requestedAt"
        }
        return .compact([
            "name": .string(name), "namespace": namespace.isEmpty ? nil : .string(namespace), "uid": .string(uid),
            "resourceVersion": .string(resourceVersion), "generation": .integer(generation),
            "creationTimestamp": creationTime.map { .string($0.rfc3339) },
            "deletionTimestamp": deletionTime.map { .string($0.rfc3339) },
            "labels": labels.isEmpty ? nil : .stringMap(labels), "annotations": ours.isEmpty ? nil : .stringMap(ours),
            "ownerReferences": ownerReferences.isEmpty ? nil : .array(ownerReferences.map(\.json)),
            "finalizers": finalizers.isEmpty ? nil : .strings(finalizers),
        ])
    }
}

extension Namespace: CapturedObject {
    package var captured: JSONValue { ["metadata": metadata.captured] }
}

extension ReplicaSetOwner: CapturedObject {
    package var captured: JSONValue { ["metadata": metadata.captured] }
}

extension JobOwner: CapturedObject {
    package static let capturedName = "JobOwner"
    package var captured: JSONValue { ["metadata": metadata.captured] }
}

extension ConfigMap: CapturedObject {
    package var captured: JSONValue { ["metadata": metadata.captured, "data": .stringMap(data)] }
}

extension Node: CapturedObject {
    package var captured: JSONValue {
        [
            "metadata": metadata.captured,
            "status": [
                "nodeInfo": ["operatingSystem": .string(operatingSystem), "architecture": .string(architecture)]
            ],
        ]
    }
}

extension Job: CapturedObject {
    package var captured: JSONValue {
        var conditions: [JSONValue] = []
        func add(_ type: String, _ reason: String = "", _ message: String = "") {
            conditions.append(
                .compact([
                    "type": .string(type), "status": "True", "reason": .string(reason), "message": .string(message),
                    "lastTransitionTime": finishTime.map { .string($0.rfc3339) },
                ]))
        }
        switch completion {
        case .running: break
        case .complete: add("Complete")
        case .failed(let reason, let message): add("Failed", reason, message)
        }
        switch target {
        case .running: break
        case .complete: add("SuccessCriteriaMet")
        case .failed(let reason, let message): add("FailureTarget", reason, message)
        }
        return [
            "metadata": metadata.captured, "spec": ["suspend": .bool(isSuspended)],
            "status": .compact([
                "active": .integer(activePods), "startTime": startTime.map { .string($0.rfc3339) },
                "conditions": .array(conditions),
            ]),
        ]
    }
}

extension Pod: CapturedObject {
    package var captured: JSONValue {
        func specs(_ role: Container.Role) -> JSONValue? {
            let found = containers.filter { $0.role == role }
            if found.isEmpty { return nil }
            return .array(found.map { ["name": .string($0.name), "image": .string($0.image)] })
        }
        return [
            "metadata": metadata.captured,
            "spec": .compact([
                "nodeName": nodeName.map(JSONValue.string),
                "imagePullSecrets": imagePullSecrets.isEmpty
                    ? nil : .array(imagePullSecrets.map { ["name": .string($0)] }),
                "initContainers": specs(.initialization), "containers": specs(.main),
                "ephemeralContainers": specs(.ephemeral),
            ]),
            "status": [
                "phase": .string(phase.rawValue), "reason": .string(reason), "message": .string(message),
                "containerStatuses": .array(containers.sorted { $0.name < $1.name }.map(\.capturedStatus)),
            ],
        ]
    }
}

extension Container {
    fileprivate var capturedStatus: JSONValue {
        var json: JSONValue = ["name": .string(name), "imageID": .string(status.imageID)]
        switch status.state {
        case .unknown: break
        case .running: json["state"] = ["running": [:]]
        case .waiting(let reason, let message):
            json["state"] = ["waiting": ["reason": .string(reason), "message": .string(message)]]
        case .terminated(let code, let reason):
            json["state"] = ["terminated": ["exitCode": .integer(code), "reason": .string(reason)]]
        }
        return json
    }
}
