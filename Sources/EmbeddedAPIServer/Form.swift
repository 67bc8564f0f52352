// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The forms in which objects are shown, by the `Accept` header.
enum Form: Sendable, Equatable {
    case full
    /// `PartialObjectMetadata`.
    case metadata
    /// Rows of a `Table`, each with what `includeObject` asks for of its object.
    case table(RowObject)

    enum RowObject: String, Sendable { case none = "None", metadata = "Metadata", object = "Object" }

    /// The first of the client's wishes that can be fulfilled; nil when it takes nothing but what is not served (protobuf).
    init?(_ request: APIRequest, servesTables: Bool) {
        let wishes = request.accept.split(separator: ",")
        if wishes.isEmpty {
            self = .full
            return
        }
        for wish in wishes {
            let parts = wish.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let media = parts.first, ["application/json", "application/*", "*/*"].contains(media) else {
                continue
            }
            guard let kind = parts.first(where: { $0.hasPrefix("as=") })?.dropFirst(3) else {
                self = .full
                return
            }
            guard parts.contains("g=meta.k8s.io"), parts.contains("v=v1") else { continue }
            switch kind {
            case "PartialObjectMetadata", "PartialObjectMetadataList":
                self = .metadata
                return
            case "Table" where servesTables:
                self = .table(request.query["includeObject"].flatMap(RowObject.init) ?? .metadata)
                return
            default: continue
            }
        }
        return nil
    }
}

extension ServerState {
    /// The form that the client takes; 406 when there is none.
    func form(_ request: APIRequest) throws(APIFailure) -> Form {
        if let form = Form(request, servesTables: options.servesKubectl) { return form }
        guard options.servesKubectl else { return .full }
        throw APIFailure(
            406, "NotAcceptable", "only the following media types are accepted: application/json", details: [:])
    }
}
