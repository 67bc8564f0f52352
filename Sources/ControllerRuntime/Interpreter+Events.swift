// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import KubernetesClient
import KubernetesModel
import Planning

extension Interpreter {
    /// Writes an Event once; its name follows from what it says, so that a restart does not repeat it.
    func write(_ event: PlannedEvent, in report: inout ApplyReport) async {
        let identity = [event.subjectUID, event.reason, event.identity].joined(separator: "/")
        if memory.wasReported(identity) { return }
        let name = event.subject.key.name.prefix(200) + "." + SHA256.hex(Array(identity.utf8)).prefix(16)
        let namespace = event.subject.key.namespace.isEmpty ? "default" : event.subject.key.namespace
        let body: JSONValue = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event",
            "metadata": ["name": .string(String(name)), "namespace": .string(namespace)],
            "eventTime": .string(clock.now().rfc3339Micro),
            "reportingController": "watchbill.dev/operator", "reportingInstance": .string(memory.identity),
            "action": .string(event.reason), "reason": .string(event.reason),
            "type": .string(event.isWarning ? "Warning" : "Normal"),
            "note": .string(String(event.message.prefix(1_000))),
            "regarding": [
                "apiVersion": .string(event.subject.resource.apiVersion), "kind": .string(event.subject.resource.kind),
                "namespace": .string(event.subject.key.namespace), "name": .string(event.subject.key.name),
                "uid": .string(event.subjectUID),
            ],
        ]
        report.requests += 1
        do throws(APIError) {
            _ = try await client.create(.events, namespace: namespace, body: body)
            memory.report(identity)
        } catch {
            // An Event tells what the status says too: one that cannot be written is not worth a retry.
            if error.status != nil { memory.report(identity) }
        }
    }
}
