// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

extension ServerState {
    mutating func update(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        let object = try decode(request, served)
        guard object.name == request.name else {
            throw .badRequest(
                "the name of the object (\(object.name)) does not match the name on the URL (\(request.name))")
        }
        guard let old = store[served.table, request.key] else { throw .notFound(served.type, request.name) }
        if object.resourceVersion.isEmpty, served.isCustom || served.type == .customResourceDefinitions {
            throw .invalid(
                served.type, request.name,
                [.invalid("metadata.resourceVersion", "0x0", "must be specified for an update")])
        }
        return try replace(old, with: object, request, served, now, &effect)
    }

    mutating func patch(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        let type = PatchType(rawValue: request.contentType)
        if type == .apply { return try apply(request, served, now, &effect) }
        guard let type, type != .strategic || served.definition != nil else { throw .unknownPatch }
        guard let old = store[served.table, request.key] else { throw .notFound(served.type, request.name) }
        let body = try parseBody(request, served)
        let shown = full(old, served)
        let patched =
            switch type {
            case .json: try JSONPatch.apply(body, to: shown)
            case .strategic:
                try StrategicMerge(.shared).apply(body, to: shown, definition: served.definition ?? "")
            default: MergePatch.apply(body, to: shown)
            }
        guard patched.objectValue != nil else { throw .badRequest("the patch leaves no object") }
        guard patched.name == request.name else {
            throw .badRequest(
                "the name of the object (\(patched.name)) does not match the name on the URL (\(request.name))")
        }
        let object = try withoutUnknownFields(try normalise(patched, request, served), served, request)
        return try replace(old, with: object, request, served, now, &effect)
    }

    /// Puts `wanted` in the place of `old`, and remembers who changed what.
    private mutating func replace(
        _ old: JSONValue, with wanted: JSONValue, _ request: APIRequest, _ served: ServedResource, _ now: Timestamp,
        _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        if !wanted.uid.isEmpty, wanted.uid != old.uid {
            guard request.verb == .update else { throw Self.immutableUID(wanted.uid, request, served) }
            throw .conflict(
                served.type, request.name,
                "Precondition failed: UID in precondition: \(wanted.uid), UID in object meta: \(old.uid)")
        }
        var ownership = FieldOwnership(json: old.managedFields)
        if let submitted = wanted.metadata["managedFields"]?.arrayValue, !submitted.isEmpty {
            ownership = submitted == [[:]] ? FieldOwnership() : FieldOwnership(json: submitted)
        }
        let manager = manager(request, served, isApply: false)
        return try commit(old, wanted, request, served, now, &effect) { new in
            ownership.recordUpdate(from: old, to: new, served.fields, by: manager, time: now.rfc3339)
            return ownership
        }
    }

    private mutating func apply(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        let body = try parseBody(request, served)
        try checkApply(body, request, served)
        let manager = manager(request, served, isApply: true)
        var config = try normalise(body, request, served)
        try checkDeclared(config, served)
        config = restrict(config, served, request.subresource)
        let force = request.flag("force")
        guard let old = store[served.table, request.key] else {
            return try applyNew(config, manager, request, served, now, &effect)
        }
        if !config.uid.isEmpty, config.uid != old.uid { throw Self.immutableUID(config.uid, request, served) }
        var ownership = FieldOwnership(json: old.managedFields)
        var new = try ownership.apply(
            config, to: old, served.fields, by: manager, force: force, time: now.rfc3339)
        if !config.resourceVersion.isEmpty {
            new = new.settingMetadata("resourceVersion", .string(config.resourceVersion))
        }
        return try commit(old, new, request, served, now, &effect) { _ in ownership }
    }

    private mutating func applyNew(
        _ config: JSONValue, _ manager: FieldOwnership.Manager, _ request: APIRequest, _ served: ServedResource,
        _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        guard request.subresource.isEmpty else { throw .notFound(served.type, request.name) }
        guard config.uid.isEmpty else {
            throw .conflict(
                served.type, request.name,
                "uid mismatch: the provided object specified uid \(config.uid), and no existing object was found")
        }
        // A revision of what is not there is ignored, as the real server ignores it.
        let config = config.settingMetadata("resourceVersion", nil)
        var ownership = FieldOwnership()
        let empty: JSONValue = ["metadata": [:]]
        _ = try ownership.apply(config, to: empty, served.fields, by: manager, force: true, time: now.rfc3339)
        return try insert(config, request, served, now, &effect) { _ in ownership }
    }

    private static func immutableUID(_ uid: String, _ request: APIRequest, _ served: ServedResource) -> APIFailure {
        .invalid(
            served.type, request.name, [.invalid("metadata.uid", JSONValue.quoted(uid), "field is immutable")])
    }

    private func checkApply(_ body: JSONValue, _ request: APIRequest, _ served: ServedResource) throws(APIFailure) {
        guard request.query["fieldManager"]?.isEmpty == false else {
            throw .invalid(
                kind: "PatchOptions", group: "meta.k8s.io", "",
                [.required("fieldManager", "is required for apply patch")])
        }
        guard body.objectValue != nil else { throw .badRequest("error decoding YAML: the patch is no object") }
        let version = body["apiVersion"]?.stringValue ?? ""
        guard version == served.type.apiVersion else {
            throw .badRequest(
                "Incorrect version specified in apply patch. Specified patch version: \(version), expected: "
                    + served.type.apiVersion)
        }
        guard body["metadata"]?["managedFields"].map({ $0.isNull || $0 == [] }) ?? true else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        guard body.name.isEmpty || body.name == request.name else {
            throw .badRequest(
                "the name of the object (\(body.name)) does not match the name on the URL (\(request.name))")
        }
    }

    /// What a write through this endpoint may say: without the status on the main one, nothing but it on `status`.
    private func restrict(_ object: JSONValue, _ served: ServedResource, _ subresource: String) -> JSONValue {
        var copy = object
        if subresource == "status" {
            copy = .object(
                (object.objectValue ?? [:]).filter { ["apiVersion", "kind", "metadata", "status"].contains($0.key) })
            let identity = object.metadata.filter { ["name", "namespace", "uid", "resourceVersion"].contains($0.key) }
            copy["metadata"] = .object(identity)
        } else if served.hasStatus {
            copy["status"] = nil
        }
        if copy.name.isEmpty { copy = copy.settingMetadata("name", nil) }
        return copy
    }

    /// The last part of every change: what a client may not touch is put back, then the object is checked and kept.
    mutating func commit(
        _ old: JSONValue, _ wanted: JSONValue, _ request: APIRequest, _ served: ServedResource, _ now: Timestamp,
        _ effect: inout Effect, ownership: (JSONValue) -> FieldOwnership
    ) throws(APIFailure) -> Answer {
        effect.uid = old.uid
        if !wanted.resourceVersion.isEmpty, wanted.resourceVersion != old.resourceVersion {
            throw .conflict(served.type, request.name, APIFailure.modified)
        }
        var new = wanted
        if request.subresource == "status" {
            new = old
            new["status"] = wanted["status"]
        } else if served.hasStatus {
            new["status"] = old["status"]
        }
        for member in [
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "name",
            "namespace", "resourceVersion", "selfLink",
        ] { new = new.settingMetadata(member, old.metadata[member]) }
        new = try admit(new, old: old, served, request)
        try Validation.check(new, old: old, served)
        try checkFinalizers(new, old: old, request, served)
        if served.countsGeneration, request.subresource.isEmpty, Self.specChanged(old, new, served) {
            new = new.settingMetadata("generation", .integer((old.metadata["generation"]?.integerValue ?? 0) + 1))
        }
        let managed = ownership(new).json
        new = new.settingMetadata("managedFields", managed == [] ? nil : managed)
        if new == old || request.isDryRun { return .object(code: 200, try present(new, served, request, now)) }
        if new.isBeingDeleted, new.finalizers.isEmpty, !isDeletedGracefully(new, served) {
            removeObject(served, request.key, last: new, now)
            return .object(code: 200, try present(new, served, request, now))
        }
        let kept = store.put(new, in: served.table, at: request.key)
        afterWrite(kept, served, now)
        return .object(code: 200, try present(store[served.table, request.key] ?? kept, served, request, now))
    }

    private func checkFinalizers(
        _ new: JSONValue, old: JSONValue, _ request: APIRequest, _ served: ServedResource
    ) throws(APIFailure) {
        guard old.isBeingDeleted else { return }
        let added = new.finalizers.filter { !old.finalizers.contains($0) }
        guard !added.isEmpty else { return }
        let list = added.map(JSONValue.quoted).joined(separator: ", ")
        throw .invalid(
            served.type, request.name,
            [
                .forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers "
                        + "[]string{\(list)}"
                )
            ])
    }

    private static func specChanged(_ old: JSONValue, _ new: JSONValue, _ served: ServedResource) -> Bool {
        func counted(_ object: JSONValue) -> JSONValue {
            var members = object.objectValue ?? [:]
            members["metadata"] = nil
            members["apiVersion"] = nil
            if served.hasStatus { members["status"] = nil }
            return .object(members)
        }
        return counted(old) != counted(new)
    }
}
