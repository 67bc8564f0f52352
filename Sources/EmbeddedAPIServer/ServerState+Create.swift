// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

extension ServerState {
    mutating func create(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        var object = try decode(request, served)
        if object.name.isEmpty, let prefix = object.metadata["generateName"]?.stringValue, !prefix.isEmpty {
            object = object.settingMetadata("name", .string(String(prefix.prefix(58)) + newSuffix()))
        }
        guard object.resourceVersion.isEmpty else {
            throw APIFailure(500, nil, "resourceVersion should not be set on objects to be created")
        }
        let manager = manager(request, served, isApply: false)
        return try insert(object, request, served, now, &effect) { kept in
            var ownership = FieldOwnership()
            let empty: JSONValue = ["metadata": [:]]
            ownership.recordUpdate(from: empty, to: kept, served.fields, by: manager, time: now.rfc3339)
            return ownership
        }
    }

    /// Keeps an object that is not there yet; `ownership` says who manages what of the object as it will be kept.
    mutating func insert(
        _ wanted: JSONValue, _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect,
        ownership: (JSONValue) -> FieldOwnership
    ) throws(APIFailure) -> Answer {
        var object = wanted
        effect.name = object.name
        let key = ObjectKey(namespace: request.namespace, name: object.name)
        guard !object.name.isEmpty else {
            throw .invalid(served.type, "", [.required("metadata.name", "name or generateName is required")])
        }
        try checkNamespace(key, served)
        // A kubelet registers its Node together with the status.
        if served.hasStatus, served.type != .nodes { object["status"] = nil }
        for member in ["deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"] {
            object = object.settingMetadata(member, nil)
        }
        let uid = newUID()
        object = object.settingMetadata("uid", .string(uid))
        object = object.settingMetadata("creationTimestamp", .string(now.rfc3339))
        if served.type.isNamespaced { object = object.settingMetadata("namespace", .string(key.namespace)) }
        if served.countsGeneration { object = object.settingMetadata("generation", 1) }
        object = try admit(object, old: nil, served, request)
        try Validation.check(object, old: nil, served)
        guard store[served.table, key] == nil else { throw .alreadyExists(served.type, object.name) }
        let managed = ownership(object).json
        object = object.settingMetadata("managedFields", managed == [] ? nil : managed)
        effect.uid = uid
        effect.created = true
        guard !request.isDryRun else { return .object(code: 201, try present(object, served, request, now)) }
        let kept = store.put(object, in: served.table, at: key)
        afterWrite(kept, served, now)
        return .object(code: 201, try present(store[served.table, key] ?? kept, served, request, now))
    }

    /// The object in the request's body, with `apiVersion`, `kind` and namespace checked or filled in.
    func decode(_ request: APIRequest, _ served: ServedResource) throws(APIFailure) -> JSONValue {
        guard request.contentType.isEmpty || request.contentType == "application/json" else {
            throw APIFailure(415, "UnsupportedMediaType", "415: Unsupported Media Type", details: [:])
        }
        let object = try parseBody(request, served)
        return try withoutUnknownFields(try normalise(object, request, served), served, request)
    }

    func parseBody(_ request: APIRequest, _ served: ServedResource) throws(APIFailure) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: request.body, limits: JSONLimits(maximumDepth: 250))
        } catch {
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(served.type.kind)): couldn't get version/kind; "
                    + "json parse error: \(error)")
        }
        guard value.objectValue != nil || request.verb == .patch else {
            throw .badRequest("the object provided is unrecognized (must be of type \(served.type.kind))")
        }
        return value
    }

    /// Checks what the body says of itself against the path, and brings it to the version that is kept.
    func normalise(_ body: JSONValue, _ request: APIRequest, _ served: ServedResource) throws(APIFailure) -> JSONValue {
        var object = body
        let type = served.type
        let kind = object["kind"]?.stringValue ?? type.kind
        let version = object["apiVersion"]?.stringValue ?? type.apiVersion
        guard kind == type.kind, version == type.apiVersion else {
            throw .badRequest(
                "\(kind) in version \(JSONValue.quoted(version)) cannot be handled as a \(type.kind): the API version "
                    + "in the data (\(version)) does not match the expected API version (\(type.apiVersion))")
        }
        guard object.namespace.isEmpty || object.namespace == request.namespace else {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        if type == .events { object = EventConversion.toCore(object) }
        if !served.isCustom { object = object.withoutNulls }
        object["kind"] = .string(type.kind)
        object["apiVersion"] = .string(type == .events ? "v1" : storedVersion(served))
        if object["metadata"]?.objectValue == nil { object["metadata"] = [:] }
        return object
    }

    private func storedVersion(_ served: ServedResource) -> String {
        served.type.group.isEmpty ? served.storageVersion : "\(served.type.group)/\(served.storageVersion)"
    }

    func manager(_ request: APIRequest, _ served: ServedResource, isApply: Bool) -> FieldOwnership.Manager {
        FieldOwnership.Manager(
            name: request.fieldManager, isApply: isApply, apiVersion: served.type.apiVersion,
            subresource: request.subresource)
    }

    /// Nothing is created in a namespace that is not there or is going away.
    private func checkNamespace(_ key: ObjectKey, _ served: ServedResource) throws(APIFailure) {
        guard served.type.isNamespaced else { return }
        let table = TableID(group: "", plural: "namespaces")
        guard let namespace = store[table, ObjectKey(name: key.namespace)] else {
            throw .notFound(.namespaces, key.namespace)
        }
        guard namespace.isBeingDeleted else { return }
        throw .forbidden(
            served.type, key.name,
            "unable to create new content in namespace \(key.namespace) because it is being terminated",
            causes: [
                [
                    "reason": "NamespaceTerminating", "field": "metadata.namespace",
                    "message": .string("namespace \(key.namespace) is being terminated"),
                ]
            ])
    }
}
