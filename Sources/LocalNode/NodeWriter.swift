// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Digests
import Essentials
import KubernetesClient
import KubernetesModel
import Logging
import Workloads

/// What the node writes to the API: statuses of its Pods, Events, and the end of deletions.
struct NodeWriter: Sendable {
    /// The field managers of metadata and of statuses: two, because one that applies a status alone lets go of its metadata where
    /// managed fields know no subresource (before Kubernetes 1.22).
    static let manager = "watchbill-node"
    static let statusManager = "watchbill-node-status"
    let client: KubernetesClient
    let clock: any RuntimeClock
    let logger: Logger

    /// Writes a Pod's status; false when the Pod is gone or the API did not take it.
    func write(_ standing: PodStanding, of pod: WholePod) async -> Bool {
        let status = standing.status(at: clock.now(), previous: pod.status, podIP: NodeSettings.address)
        return await apply(
            .pods, pod.key, uid: pod.metadata.uid, subresource: "status", body: ["status": status])
    }

    /// Says on the Pod itself that nothing of it runs.
    func annotate(_ pod: WholePod, _ annotations: [String: String]) async {
        _ = await apply(.pods, pod.key, uid: pod.metadata.uid, annotations: annotations, body: [:])
    }

    func apply(
        _ resource: ResourceType, _ key: ObjectKey, uid: String?, subresource: String? = nil,
        annotations: [String: String] = [:], labels: [String: String] = [:], body: [String: JSONValue]
    ) async -> Bool {
        var object = DesiredBody.object(resource, key, annotations: annotations, labels: labels, body: body)
        if let uid, var metadata = object["metadata"] {
            metadata["uid"] = .string(uid)
            object["metadata"] = metadata
        }
        for attempt in 0..<3 {
            do throws(APIError) {
                _ = try await client.apply(
                    resource, key, subresource: subresource, body: object,
                    manager: subresource == nil ? Self.manager : Self.statusManager, force: true)
                return true
            } catch {
                // Gone, or another one by now.
                if let code = error.status?.code, code == 404 || (code == 409 && attempt > 0) { return false }
                logger.warning(
                    "write failed",
                    metadata: ["object": "\(resource.kind) \(key)", "step": "apply", "error": "\(error)"])
                do throws(CancellationError) {
                    try await clock.sleep(until: clock.instant() + .seconds(1))
                } catch { return false }
            }
        }
        return false
    }

    /// An Event about a Pod, once for its identity.
    func tell(_ pod: WholePod, isWarning: Bool = false, _ reason: String, _ message: String, identity: String = "")
        async
    {
        let mark = [pod.metadata.uid, reason, identity].joined(separator: "/")
        let name = pod.metadata.name.prefix(200) + "." + SHA256.hex(Array(mark.utf8)).prefix(16)
        let body: JSONValue = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event",
            "metadata": ["name": .string(String(name)), "namespace": .string(pod.metadata.namespace)],
            "eventTime": .string(clock.now().rfc3339Micro),
            "reportingController": "watchbill.dev/local-node", "reportingInstance": .string(NodeSettings.name),
            "action": .string(reason), "reason": .string(reason), "type": isWarning ? "Warning" : "Normal",
            "note": .string(String(message.prefix(1_000))),
            "regarding": [
                "apiVersion": "v1", "kind": "Pod", "namespace": .string(pod.metadata.namespace),
                "name": .string(pod.metadata.name), "uid": .string(pod.metadata.uid),
            ],
        ]
        do throws(APIError) {
            _ = try await client.create(.events, namespace: pod.metadata.namespace, body: body)
        } catch {
            // An Event says what the status says too.
            logger.debug("no event", metadata: ["reason": "\(reason)", "error": "\(error)"])
        }
    }

    /// The last step of a Pod's deletion: nothing of it is left here.
    func finishDeletion(of pod: WholePod) async {
        while !Task.isCancelled {
            do throws(APIError) {
                return try await client.deleteNow(.pods, pod.key, uid: pod.metadata.uid)
            } catch {
                if let code = error.status?.code, code == 404 || code == 409 { return }
                logger.warning(
                    "write failed", metadata: ["object": "Pod \(pod.key)", "step": "delete", "error": "\(error)"])
            }
            do throws(CancellationError) {
                try await clock.sleep(until: clock.instant() + .seconds(2))
            } catch { return }
        }
    }
}

/// A partial object for server-side apply.
enum DesiredBody {
    static func object(
        _ resource: ResourceType, _ key: ObjectKey, annotations: [String: String], labels: [String: String],
        body: [String: JSONValue]
    ) -> JSONValue {
        var metadata: [String: JSONValue] = ["name": .string(key.name)]
        if !key.namespace.isEmpty { metadata["namespace"] = .string(key.namespace) }
        if !annotations.isEmpty { metadata["annotations"] = .stringMap(annotations) }
        if !labels.isEmpty { metadata["labels"] = .stringMap(labels) }
        var object = body
        object["apiVersion"] = .string(resource.apiVersion)
        object["kind"] = .string(resource.kind)
        object["metadata"] = .object(metadata)
        return .object(object)
    }
}
