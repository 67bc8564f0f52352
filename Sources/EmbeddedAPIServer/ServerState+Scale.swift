// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// Where a kind keeps what its `scale` subresource shows.
struct ScalePaths: Sendable, Equatable {
    var replicas: [String]
    var current: [String]
    var selector: [String]?

    static let builtIn = ScalePaths(
        replicas: ["spec", "replicas"], current: ["status", "replicas"], selector: ["spec", "selector"])

    private init(replicas: [String], current: [String], selector: [String]?) {
        self.replicas = replicas
        self.current = current
        self.selector = selector
    }

    init?(_ scale: JSONValue) {
        func path(_ name: String) -> [String]? { scale[name]?.stringValue?.split(separator: ".").map(String.init) }
        guard let replicas = path("specReplicasPath"), let current = path("statusReplicasPath") else { return nil }
        self.init(replicas: replicas, current: current, selector: path("labelSelectorPath"))
    }
}

extension ServerState {
    func scale(_ request: APIRequest, _ served: ServedResource) throws(APIFailure) -> Answer {
        guard let object = store[served.table, request.key] else { throw .notFound(served.type, request.name) }
        return .object(code: 200, Self.scale(of: object, served))
    }

    /// A change of the scale is a change of the object's replicas.
    mutating func setScale(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        guard let old = store[served.table, request.key] else { throw .notFound(served.type, request.name) }
        let current = Self.scale(of: old, served)
        let body = try parseBody(request, served)
        let wanted: JSONValue
        switch (request.verb, PatchType(rawValue: request.contentType)) {
        case (.patch, .json?): wanted = try JSONPatch.apply(body, to: current)
        case (.patch, .merge?), (.patch, .strategic?): wanted = MergePatch.apply(body, to: current)
        case (.patch, _): throw .unknownPatch
        default: wanted = body
        }
        guard let replicas = wanted.at("spec", "replicas")?.integerValue ?? (wanted["spec"] == [:] ? 0 : nil) else {
            throw .badRequest("the scale has no spec.replicas")
        }
        guard replicas >= 0 else {
            throw .invalid(
                kind: "Scale", group: "autoscaling", request.name,
                [.invalid("spec.replicas", String(replicas), "must be greater than or equal to 0")])
        }
        let path = (served.scale ?? .builtIn).replicas
        var new = old.setting(path: path[...], .integer(replicas))
        if !wanted.resourceVersion.isEmpty {
            new = new.settingMetadata("resourceVersion", .string(wanted.resourceVersion))
        }
        var ownership = FieldOwnership(json: old.managedFields)
        let manager = manager(request, served, isApply: false)
        var inner = request
        // For the object itself this is a change of its spec.
        inner.subresource = ""
        _ = try commit(old, new, inner, served, now, &effect) { kept in
            ownership.recordUpdate(from: old, to: kept, served.fields, by: manager, time: now.rfc3339)
            return ownership
        }
        let kept = store[served.table, request.key] ?? new
        return .object(code: 200, Self.scale(of: request.isDryRun ? new : kept, served))
    }

    private static func scale(of object: JSONValue, _ served: ServedResource) -> JSONValue {
        let paths = served.scale ?? .builtIn
        func number(_ path: [String]) -> Int64? { object.at(path: path.map { $0[...] })?.integerValue }
        var status: JSONValue = ["replicas": .integer(number(paths.current) ?? 0)]
        if let selector = paths.selector.flatMap({ object.at(path: $0.map { $0[...] }) }) {
            status["selector"] = selector.stringValue != nil ? selector : BuiltInColumns.selector(selector)
        }
        let metadata = object.metadata.filter {
            ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"].contains($0.key)
        }
        // Go's encoder leaves a 0 out here, and none in the status.
        let replicas = number(paths.replicas).flatMap { $0 == 0 ? nil : JSONValue.integer($0) }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata),
            "spec": .compact(["replicas": replicas]), "status": status,
        ]
    }
}

extension APIFailure {
    static let unknownPatch = APIFailure(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
            + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
}

extension JSONValue {
    /// The same value with another one under a path of member names.
    func setting(path: ArraySlice<String>, _ value: JSONValue) -> JSONValue {
        guard let first = path.first else { return value }
        var copy = self
        copy[first] = (self[first] ?? [:]).setting(path: path.dropFirst(), value)
        return copy
    }
}
