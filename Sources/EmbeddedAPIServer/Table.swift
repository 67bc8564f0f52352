// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// What `kubectl get` prints: rows of cells that the server made (meta.k8s.io/v1 `Table`).
struct Table {
    /// One column and what it shows of an object.
    struct Column: Sendable {
        var name: String
        var type = "string"
        /// 0 is always shown, 1 with `-o wide`.
        var priority: Int64 = 0
        var format = ""
        var description = ""
        var cell: @Sendable (JSONValue, Timestamp) -> JSONValue
    }

    private let columns: [Column]
    private let row: Form.RowObject
    private let now: Timestamp

    init(_ served: ServedResource, _ row: Form.RowObject, _ now: Timestamp) {
        columns = served.isCustom ? CustomColumn.columns(served.columns) : BuiltInColumns.columns(of: served.type)
        self.row = row
        self.now = now
    }

    func rendered(_ objects: [JSONValue], metadata: JSONValue, withColumns: Bool) -> JSONValue {
        let rows = objects.map { object -> JSONValue in
            var rendered: JSONValue = ["cells": .array(columns.map { $0.cell(object, now) })]
            switch row {
            case .none: rendered["object"] = nil
            case .object: rendered["object"] = object
            case .metadata:
                rendered["object"] = [
                    "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                    "metadata": .object(object.metadata),
                ]
            }
            return rendered
        }
        let definitions = columns.map { column -> JSONValue in
            [
                "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                "description": .string(column.description), "priority": .integer(column.priority),
            ]
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": withColumns ? .array(definitions) : .null, "rows": .array(rows),
        ]
    }

    static let name = Column(name: "Name", format: "name") { object, _ in .string(object.name) }

    static let age = Column(name: "Age") { object, now in
        .string(HumanDuration.since(object.metadata["creationTimestamp"]?.stringValue, now))
    }
}

/// Durations as kubectl prints them (k8s.io/apimachinery `pkg/util/duration`).
enum HumanDuration {
    /// How long ago `text` was, or `<unknown>`.
    static func since(_ text: String?, _ now: Timestamp) -> String {
        guard let text else { return "<unknown>" }
        guard let then = Timestamp(rfc3339: text) else { return "<invalid>" }
        return HumanDuration.text(now - then)
    }

    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if hours < 192 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        if days < 2920 { return pair(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ part: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(part)"
    }
}
