// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// What a receiver is sent: a notice in the form of Standard Webhooks, the same text at every try.
///
/// Source: https://github.com/standard-webhooks/standard-webhooks, "Payload structure".
enum NoticeMessage {
    /// - Parameter cluster: the operator's name for the cluster; empty when it has none.
    static func body(of pending: PendingNotice, cluster: String) -> String {
        let notice = pending.notice
        let data: JSONValue = .compact([
            "id": .string(notice.id), "cluster": cluster.isEmpty ? nil : .string(cluster),
            "kind": .string(pending.kind), "namespace": .string(pending.object.namespace),
            "name": .string(pending.object.name), "event": .string(notice.event),
            "count": .integer(Int64(notice.count)),
            "subjects": notice.subjects.isEmpty ? nil : .strings(notice.subjects),
            "text": .string(text(of: pending)),
        ])
        let message: JSONValue = [
            "type": .string("watchbill.\(pending.kind.lowercased()).\(notice.event)"),
            "timestamp": .string(notice.time.rfc3339), "data": data,
        ]
        return message.canonicalText
    }

    /// For people: `shop/nightly: 2 new critical vulnerabilities: CVE-…, CVE-…`
    static func text(of pending: PendingNotice) -> String {
        let notice = pending.notice
        var text = "\(pending.object.namespace)/\(pending.object.name): \(pending.phrase)"
        if !notice.subjects.isEmpty { text += ": " + notice.subjects.joined(separator: ", ") }
        if notice.count > notice.subjects.count, !notice.subjects.isEmpty {
            text += " and \(notice.count - notice.subjects.count) more"
        }
        return text
    }
}
