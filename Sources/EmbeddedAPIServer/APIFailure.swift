// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// A refusal, as the API server words it; becomes a `Status` object.
///
/// Wording and codes: k8s.io/apimachinery `pkg/api/errors`, and the answers of a real kube-apiserver.
package struct APIFailure: Error, Sendable, Equatable {
    package var code: Int
    package var reason: String?
    package var message: String
    var details: JSONValue?
    /// Whole seconds for the `Retry-After` header.
    package var retryAfter: Int?
    /// Continues a list whose snapshot is gone, at the newest revision.
    var continueToken: String?
    /// True where the real server answers in plain text, outside the API's own paths.
    var isPlainText = false

    init(_ code: Int, _ reason: String?, _ message: String, details: JSONValue? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The `Status` object of this refusal.
    var status: JSONValue {
        .compact([
            "kind": "Status", "apiVersion": "v1",
            "metadata": .compact(["continue": continueToken.map(JSONValue.string)]), "status": "Failure",
            "message": .string(message), "reason": reason.map(JSONValue.string), "details": details,
            "code": .integer(Int64(code)),
        ])
    }
}

/// One field that is wrong.
struct FieldCause: Sendable, Equatable {
    var reason: String
    var message: String
    var field: String

    static func invalid(_ field: String, _ value: String, _ text: String) -> FieldCause {
        FieldCause(reason: "FieldValueInvalid", message: "Invalid value: \(value): \(text)", field: field)
    }
    static func required(_ field: String, _ text: String = "") -> FieldCause {
        FieldCause(
            reason: "FieldValueRequired", message: "Required value" + (text.isEmpty ? "" : ": " + text), field: field)
    }
    static func forbidden(_ field: String, _ text: String) -> FieldCause {
        FieldCause(reason: "FieldValueForbidden", message: "Forbidden: \(text)", field: field)
    }
    static func unsupported(_ field: String, _ value: String, _ supported: [String]) -> FieldCause {
        let list = supported.map(JSONValue.quoted).joined(separator: ", ")
        return FieldCause(
            reason: "FieldValueNotSupported",
            message: "Unsupported value: \(JSONValue.quoted(value)): supported values: \(list)", field: field)
    }
}

extension JSONValue {
    /// `text` in quotes, escaped as in JSON.
    static func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }
}

extension APIFailure {
    static func details(_ type: ResourceType?, _ name: String, retryAfter: Int? = nil, kind: String? = nil) -> JSONValue
    {
        .compact([
            "name": name.isEmpty ? nil : .string(name),
            "group": type.flatMap { $0.group.isEmpty ? nil : .string($0.group) },
            "kind": (kind ?? type?.plural).map(JSONValue.string),
            "retryAfterSeconds": retryAfter.map { .integer(Int64($0)) },
        ])
    }

    static func notFound(_ type: ResourceType, _ name: String) -> APIFailure {
        APIFailure(
            404, "NotFound", "\(type.qualifiedPlural) \(JSONValue.quoted(name)) not found", details: details(type, name)
        )
    }

    static let noSuchResource = APIFailure(
        404, "NotFound", "the server could not find the requested resource", details: [:])

    static var noSuchPath: APIFailure {
        var failure = APIFailure(404, nil, "404 page not found\n")
        failure.isPlainText = true
        return failure
    }

    static func alreadyExists(_ type: ResourceType, _ name: String) -> APIFailure {
        APIFailure(
            409, "AlreadyExists", "\(type.qualifiedPlural) \(JSONValue.quoted(name)) already exists",
            details: details(type, name))
    }

    static func conflict(_ type: ResourceType, _ name: String, _ why: String) -> APIFailure {
        APIFailure(
            409, "Conflict",
            "Operation cannot be fulfilled on \(type.qualifiedPlural) \(JSONValue.quoted(name)): \(why)",
            details: details(type, name))
    }

    static let modified = "the object has been modified; please apply your changes to the latest version and try again"

    static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }

    static func invalid(_ type: ResourceType, _ name: String, _ causes: [FieldCause]) -> APIFailure {
        invalid(kind: type.kind, group: type.group, name, causes)
    }

    static func invalid(kind: String, group: String, _ name: String, _ causes: [FieldCause]) -> APIFailure {
        let texts = causes.map { "\($0.field): \($0.message)" }
        let text = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        return APIFailure(
            422, "Invalid",
            "\(kind)\(group.isEmpty ? "" : "." + group) \(JSONValue.quoted(name)) is invalid: \(text)",
            details: .compact([
                "name": name.isEmpty ? nil : .string(name), "group": group.isEmpty ? nil : .string(group),
                "kind": .string(kind),
                "causes": .array(
                    causes.map {
                        ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
                    }),
            ]))
    }

    static func forbidden(_ type: ResourceType, _ name: String, _ why: String, causes: JSONValue? = nil) -> APIFailure {
        var details = details(type, name)
        if let causes { details["causes"] = causes }
        let subject = name.isEmpty ? type.qualifiedPlural : "\(type.qualifiedPlural) \(JSONValue.quoted(name))"
        return APIFailure(403, "Forbidden", "\(subject) is forbidden: \(why)", details: details)
    }

    static let methodNotAllowed = APIFailure(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details: [:])

    static func expiredWatch(_ revision: Int, oldest: Int) -> APIFailure {
        APIFailure(410, "Expired", "too old resource version: \(revision) (\(oldest))")
    }

    static func expiredList(continueToken: String?) -> APIFailure {
        var failure = APIFailure(
            410, "Expired",
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
                + "without the continue parameter, or use the continue token in this response to retrieve the "
                + "remainder of the results. Continuing with the provided token results in an inconsistent list - objects that "
                + "were created, modified, or deleted between the time the first chunk was returned and now may "
                + "show up in the list.")
        failure.continueToken = continueToken
        return failure
    }

    static func expiredSnapshot(_ revision: Int) -> APIFailure {
        APIFailure(410, "Expired", "The resourceVersion for the provided list is too old.")
    }

    static func tooLarge(_ wanted: Int, current: Int) -> APIFailure {
        var failure = APIFailure(
            504, "Timeout", "Timeout: Too large resource version: \(wanted), current: \(current)",
            details: [
                "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
                "retryAfterSeconds": 1,
            ])
        failure.retryAfter = 1
        return failure
    }

    /// What an overloaded or failing server answers, for faults.
    static func injected(_ code: Int, retryAfter: Int?, reason: String? = nil) -> APIFailure {
        var failure: APIFailure
        switch code {
        case 410: failure = APIFailure(410, "Expired", "too old resource version: injected")
        case 429:
            failure = APIFailure(429, "TooManyRequests", "Too many requests, please try again later.")
        case 500: failure = APIFailure(500, "InternalError", "Internal error occurred: injected")
        case 503:
            failure = APIFailure(503, "ServiceUnavailable", "the server is currently unable to handle the request")
        case 504:
            failure = APIFailure(504, "Timeout", "the server was unable to return a response in the time allotted")
        case 401: failure = APIFailure(401, "Unauthorized", "Unauthorized")
        case 403: failure = APIFailure(403, "Forbidden", "forbidden: injected")
        default: failure = APIFailure(code, nil, "injected")
        }
        if let reason { failure.reason = reason }
        failure.retryAfter = retryAfter
        if let retryAfter { failure.details = ["retryAfterSeconds": .integer(Int64(retryAfter))] }
        return failure
    }
}
