// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// The checks of built-in kinds that a client could run into, with the real server's wording.
enum Validation {
    static func check(_ object: JSONValue, old: JSONValue?, _ served: ServedResource) throws(APIFailure) {
        var causes = metadata(object, served)
        switch served.type {
        case .pods: causes += podSpec(object["spec"], "spec")
        case .jobs: causes += job(object, old: old)
        case .configMaps, .secrets: causes += immutableData(object, old: old)
        default: if !served.isCustom { causes += templateNames(object) }
        }
        if !served.isCustom { causes += counts(object) }
        if object.isDeeper(than: depthLimit) {
            let rule = "must have at most \(depthLimit) objects and arrays in each other"
            causes.append(.invalid("metadata", "{}", rule))
        }
        if let old, served.type == .pods, object["spec"].map(fixed) != old["spec"].map(fixed) {
            causes.append(
                .forbidden(
                    "spec",
                    "pod updates may not change fields other than `spec.containers[*].image`, "
                        + "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only "
                        + "additions to existing tolerations)"))
        }
        if !causes.isEmpty { throw .invalid(served.type, object.name, causes) }
    }

    /// How deep an object may be: managed fields, a journal's line and a watch's event put more around it, and all of them are
    /// read again by a reader that takes `JSONLimits.deepest`.
    static let depthLimit = 300

    private static func metadata(_ object: JSONValue, _ served: ServedResource) -> [FieldCause] {
        var causes: [FieldCause] = []
        let quoted = JSONValue.quoted(object.name)
        if served.type == .namespaces ? !Naming.isLabel(object.name) : !Naming.isSubdomain(object.name) {
            causes.append(.invalid("metadata.name", quoted, Naming.subdomainRule))
        }
        for (key, value) in object.labels.sorted(by: { $0.key < $1.key }) {
            if !Naming.isQualifiedName(key) {
                causes.append(.invalid("metadata.labels", JSONValue.quoted(key), Naming.qualifiedNameRule))
            }
            if value.utf8.count > 63 {
                causes.append(
                    .invalid("metadata.labels", JSONValue.quoted(value), "must be no more than 63 characters"))
            } else if !Naming.isLabelValue(value) {
                causes.append(.invalid("metadata.labels", JSONValue.quoted(value), Naming.labelValueRule))
            }
        }
        let annotations = object["metadata"]?["annotations"]?.objectValue ?? [:]
        for key in annotations.keys.sorted() where !Naming.isQualifiedName(key) {
            causes.append(.invalid("metadata.annotations", JSONValue.quoted(key), Naming.qualifiedNameRule))
        }
        let size = annotations.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
        if size > 262_144 {
            causes.append(
                FieldCause(
                    reason: "FieldValueTooLong", message: "Too long: must have at most 262144 bytes",
                    field: "metadata.annotations"))
        }
        for owner in object.owners {
            for member in ["apiVersion", "kind", "name", "uid"] where owner[member]?.stringValue?.isEmpty != false {
                causes.append(.invalid("metadata.ownerReferences.\(member)", "\"\"", "\(member) must not be empty"))
            }
        }
        if object.owners.count(where: { $0["controller"] == true }) > 1 {
            causes.append(
                .invalid("metadata.ownerReferences", "[]", "Only one reference can have Controller set to true"))
        }
        return causes
    }

    private static let containerLists = ["containers", "initContainers", "ephemeralContainers"]

    private static func podSpec(_ spec: JSONValue?, _ path: String) -> [FieldCause] {
        var causes: [FieldCause] = []
        if spec?["containers"]?.arrayValue?.isEmpty != false { causes.append(.required("\(path).containers")) }
        var names: Set<String> = []
        for list in containerLists {
            for (index, container) in (spec?[list]?.arrayValue ?? []).enumerated() {
                let name = container["name"]?.stringValue ?? ""
                if name.isEmpty { causes.append(.required("\(path).\(list)[\(index)].name")) }
                if !names.insert(name).inserted {
                    causes.append(
                        FieldCause(
                            reason: "FieldValueDuplicate", message: "Duplicate value: \(JSONValue.quoted(name))",
                            field: "\(path).\(list)[\(index)].name"))
                }
                if container["image"]?.stringValue?.isEmpty != false {
                    causes.append(.required("\(path).\(list)[\(index)].image"))
                }
            }
        }
        return causes + containerNames(spec, path)
    }

    /// A container's name becomes the name of folders and files on a node.
    private static func containerNames(_ spec: JSONValue?, _ path: String) -> [FieldCause] {
        var causes: [FieldCause] = []
        for list in containerLists {
            for (index, container) in (spec?[list]?.arrayValue ?? []).enumerated() {
                let name = container["name"]?.stringValue ?? ""
                if name.isEmpty || Naming.isLabel(name) { continue }
                causes.append(
                    .invalid("\(path).\(list)[\(index)].name", JSONValue.quoted(name), Naming.labelRule))
            }
        }
        return causes
    }

    /// The same in what makes Pods later.
    private static func templateNames(_ object: JSONValue) -> [FieldCause] {
        containerNames(object.at("spec", "template", "spec"), "spec.template.spec")
            + containerNames(
                object.at("spec", "jobTemplate", "spec", "template", "spec"), "spec.jobTemplate.spec.template.spec")
    }

    /// The numbers that are an int32 in the real server, and are counted with.
    private static func counts(_ object: JSONValue) -> [FieldCause] {
        let spec = object["spec"] ?? [:]
        var numbers: [(String, JSONValue?)] = [
            "replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds", "parallelism",
            "completions", "backoffLimit", "ttlSecondsAfterFinished",
        ].map { ("spec." + $0, spec[$0]) }
        for member in ["maxSurge", "maxUnavailable"] {
            numbers.append(("spec.strategy.rollingUpdate.\(member)", spec.at("strategy", "rollingUpdate", member)))
        }
        return numbers.compactMap { (field, value) -> FieldCause? in
            guard let number = value?.integerValue else { return nil }
            if number < 0 { return .invalid(field, String(number), "must be greater than or equal to 0") }
            guard number > Int64(Int32.max) else { return nil }
            return .invalid(field, String(number), "must be less than or equal to \(Int32.max)")
        }
    }

    private static func job(_ object: JSONValue, old: JSONValue?) -> [FieldCause] {
        var causes = podSpec(object.at("spec", "template", "spec"), "spec.template.spec")
        let policy = object.at("spec", "template", "spec", "restartPolicy")?.stringValue
        if policy != "Never", policy != "OnFailure" {
            causes.append(
                policy == nil
                    ? .required("spec.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"")
                    : .unsupported("spec.template.spec.restartPolicy", policy ?? "", ["OnFailure", "Never"]))
        }
        guard let old else { return causes }
        for member in ["template", "selector", "completions", "completionMode"]
        where object["spec"]?[member] != old["spec"]?[member] {
            let value = (object["spec"]?[member] ?? .null).canonicalText
            causes.append(.invalid("spec.\(member)", String(value.prefix(200)), "field is immutable"))
        }
        return causes
    }

    private static func immutableData(_ object: JSONValue, old: JSONValue?) -> [FieldCause] {
        guard let old, old["immutable"] == true else { return [] }
        return ["immutable", "data", "binaryData"].filter { object[$0] != old[$0] }.map {
            .forbidden($0, "field is immutable when `immutable` is set")
        }
    }

    /// What of a Pod's spec can never change.
    private static func fixed(_ spec: JSONValue) -> JSONValue {
        var spec = spec
        for member in [
            "activeDeadlineSeconds", "tolerations", "ephemeralContainers", "nodeName", "terminationGracePeriodSeconds",
        ] {
            spec[member] = nil
        }
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.arrayValue else { continue }
            spec[list] = .array(
                containers.map { container in
                    var container = container
                    container["image"] = nil
                    container["imagePullPolicy"] = nil
                    return container
                })
        }
        return spec
    }
}

extension JSONValue {
    /// Whether more than `limit` objects and arrays are in each other.
    func isDeeper(than limit: Int) -> Bool {
        switch self {
        case .object(let members): limit <= 0 || members.values.contains { $0.isDeeper(than: limit - 1) }
        case .array(let items): limit <= 0 || items.contains { $0.isDeeper(than: limit - 1) }
        default: false
        }
    }
}
