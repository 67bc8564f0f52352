// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension BuiltInColumns {
    static let deployments: [Column] =
        [
            Table.name, column("Ready") { readyOf($0) }, integer("Up-to-date", "status", "updatedReplicas"),
            integer("Available", "status", "availableReplicas"), Table.age,
        ] + containers + [column("Selector", wide: true) { selector($0.at("spec", "selector")) }]

    private static func readyOf(_ object: JSONValue) -> JSONValue {
        let ready = object.at("status", "readyReplicas")?.integerValue ?? 0
        return .string("\(ready)/\(object.at("spec", "replicas")?.integerValue ?? 0)")
    }

    static let replicaSets: [Column] =
        [
            Table.name, integer("Desired", "spec", "replicas"), integer("Current", "status", "replicas"),
            integer("Ready", "status", "readyReplicas"), Table.age,
        ] + containers + [column("Selector", wide: true) { selector($0.at("spec", "selector")) }]

    static let daemonSets: [Column] =
        [
            Table.name, integer("Desired", "status", "desiredNumberScheduled"),
            integer("Current", "status", "currentNumberScheduled"), integer("Ready", "status", "numberReady"),
            integer("Up-to-date", "status", "updatedNumberScheduled"),
            integer("Available", "status", "numberAvailable"),
            column("Node Selector") { labels($0.at("spec", "template", "spec", "nodeSelector")) }, Table.age,
        ] + containers + [column("Selector", wide: true) { selector($0.at("spec", "selector")) }]

    static let jobs: [Column] =
        [
            Table.name, column("Status") { jobStatus($0) }, column("Completions") { completions($0) },
            Column(name: "Duration") { jobDuration($0, $1) }, Table.age,
        ] + containers + [column("Selector", wide: true) { selector($0.at("spec", "selector")) }]

    private static func jobStatus(_ job: JSONValue) -> JSONValue {
        func holds(_ type: String) -> Bool {
            (job.at("status", "conditions")?.arrayValue ?? []).contains {
                $0["type"]?.stringValue == type && $0["status"] == "True"
            }
        }
        if holds("Complete") { return "Complete" }
        if holds("Failed") { return "Failed" }
        if job.isBeingDeleted { return "Terminating" }
        if holds("Suspended") { return "Suspended" }
        return holds("FailureTarget") ? "FailureTarget" : "Running"
    }

    private static func completions(_ job: JSONValue) -> JSONValue {
        let succeeded = job.at("status", "succeeded")?.integerValue ?? 0
        if let wanted = job.at("spec", "completions")?.integerValue { return .string("\(succeeded)/\(wanted)") }
        let parallelism = job.at("spec", "parallelism")?.integerValue ?? 0
        return .string(parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1")
    }

    private static func jobDuration(_ job: JSONValue, _ now: Timestamp) -> JSONValue {
        guard let start = job.at("status", "startTime")?.stringValue.flatMap(Timestamp.init(rfc3339:)) else {
            return ""
        }
        let end = job.at("status", "completionTime")?.stringValue.flatMap(Timestamp.init(rfc3339:)) ?? now
        return .string(HumanDuration.text(end - start))
    }

    static let cronJobs: [Column] =
        [
            Table.name, text("Schedule", "spec", "schedule"),
            column("Timezone") { .string($0.at("spec", "timeZone")?.stringValue ?? "<none>") },
            column("Suspend") { $0.at("spec", "suspend") == true ? "True" : "False" },
            number("Active") { Int64($0.at("status", "active")?.arrayValue?.count ?? 0) },
            Column(name: "Last Schedule") { object, now in
                let last = object.at("status", "lastScheduleTime")?.stringValue
                return .string(last == nil ? "<none>" : HumanDuration.since(last, now))
            }, Table.age,
        ] + containers + [column("Selector", wide: true) { _ in "<none>" }]

    static let services: [Column] = [
        Table.name, text("Type", "spec", "type"),
        column("Cluster-IP") { .string($0.at("spec", "clusterIP")?.stringValue ?? "<none>") },
        column("External-IP") { _ in "<none>" },
        column("Port(s)") { service in
            let ports = (service.at("spec", "ports")?.arrayValue ?? []).map {
                "\($0["port"]?.integerValue ?? 0)/\($0["protocol"]?.stringValue ?? "TCP")"
            }
            return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
        }, Table.age, column("Selector", wide: true) { labels($0.at("spec", "selector")) },
    ]

    static let nodes: [Column] = [
        Table.name,
        column("Status") { node in
            let ready = (node.at("status", "conditions")?.arrayValue ?? []).first { $0["type"] == "Ready" }
            let word = ready.map { $0["status"] == "True" ? "Ready" : "NotReady" } ?? "Unknown"
            return .string(node.at("spec", "unschedulable") == true ? "\(word),SchedulingDisabled" : word)
        },
        column("Roles") { node in
            let prefix = "node-role.kubernetes.io/"
            let roles = node.labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            return .string(roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ","))
        }, Table.age, text("Version", "status", "nodeInfo", "kubeletVersion"),
        address("Internal-IP", "InternalIP"), address("External-IP", "ExternalIP"),
        unknown("OS-Image", "osImage"), unknown("Kernel-Version", "kernelVersion"),
        unknown("Container-Runtime", "containerRuntimeVersion"),
    ]

    private static func address(_ name: String, _ type: String) -> Column {
        column(name, wide: true) { node in
            let found = (node.at("status", "addresses")?.arrayValue ?? []).first { $0["type"]?.stringValue == type }
            return .string(found?["address"]?.stringValue ?? "<none>")
        }
    }

    private static func unknown(_ name: String, _ member: String) -> Column {
        column(name, wide: true) { .string($0.at("status", "nodeInfo", member)?.stringValue ?? "<unknown>") }
    }

    static let events: [Column] = [
        Column(name: "Last Seen") { event, now in .string(lastSeen(event, now)) },
        text("Type", "type"), text("Reason", "reason"),
        column("Object") { event in
            let object = event["involvedObject"] ?? event["regarding"] ?? [:]
            let kind = object["kind"]?.stringValue?.lowercased() ?? ""
            return .string("\(kind)/\(object["name"]?.stringValue ?? "")")
        },
        column("Subobject", wide: true) {
            .string(($0["involvedObject"] ?? $0["regarding"])?["fieldPath"]?.stringValue ?? "")
        },
        column("Source", wide: true) { event in
            let source = event["source"] ?? event["deprecatedSource"] ?? [:]
            let component = source["component"]?.stringValue ?? event["reportingComponent"]?.stringValue ?? ""
            let host = source["host"]?.stringValue ?? event["reportingInstance"]?.stringValue ?? ""
            return .string(host.isEmpty ? component : "\(component), \(host)")
        },
        column("Message") { .string(trimmed($0["message"]?.stringValue ?? $0["note"]?.stringValue ?? "")) },
        Column(name: "First Seen", priority: 1) { event, now in
            let first = event["firstTimestamp"] ?? event["deprecatedFirstTimestamp"] ?? event["eventTime"]
            return .string(HumanDuration.since(first?.stringValue, now))
        },
        number("Count", wide: true) {
            $0.at("series", "count")?.integerValue ?? $0["count"]?.integerValue ?? $0["deprecatedCount"]?.integerValue
                ?? 1
        },
        Column(name: "Name", priority: 1, format: "name") { event, _ in .string(event.name) },
    ]

    private static func lastSeen(_ event: JSONValue, _ now: Timestamp) -> String {
        let last =
            event.at("series", "lastObservedTime") ?? event["lastTimestamp"] ?? event["deprecatedLastTimestamp"]
            ?? event["eventTime"]
        return HumanDuration.since(last?.stringValue, now)
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest.drop(while: \.isWhitespace))
    }
}
