// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan

/// The API's `Status` object, or what is known of an answer without one.
package struct APIStatus: Equatable, Sendable {
    /// The HTTP status code.
    package var code: Int
    /// The API's word for it (`NotFound`, `Conflict`, `Expired`, …); empty when something else than the API answered.
    package var reason: String
    package var message: String
    package var causes: [Cause]
    /// How long the server wants us to wait before the same request again.
    package var retryAfterSeconds: Int?
    /// With `Expired` on a later page: a token to go on with the list, from another version than it began with.
    package var continueToken: String?

    /// One part of a refusal: a field that is invalid, a manager that owns it.
    package struct Cause: Equatable, Sendable {
        package var reason: String
        package var message: String
        package var field: String
    }

    package init(
        code: Int, reason: String, message: String, causes: [Cause] = [], retryAfterSeconds: Int? = nil,
        continueToken: String? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = causes
        self.retryAfterSeconds = retryAfterSeconds
        self.continueToken = continueToken
    }

    /// The version that a list or watch wanted is no longer kept: start again with a list. Old servers say `Gone`.
    package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

    /// The server has not reached the wanted version yet (apiserver `NewTooLargeResourceVersionError`).
    package var isTooLargeResourceVersion: Bool {
        causes.contains { $0.reason == "ResourceVersionTooLarge" } || message.contains("Too large resource version")
    }
}

extension APIStatus {
    /// Reads the answer to a failed request; anything may stand in its body.
    init(code: Int, body: [UInt8], retryAfter: String?) {
        let json: JSONValue?
        do {
            json = try JSONValue(parsing: body)
        } catch {
            json = nil
        }
        if let json, json["kind"] == "Status" {
            self.init(json: json)
            self.code = code
        } else {
            self.init(
                code: code, reason: "", message: shown(String(decoding: body.prefix(1024), as: UTF8.self), limit: 200))
        }
        // Only whole seconds count: the header's other form, a date, would need the server's clock.
        retryAfterSeconds = retryAfter.flatMap { Int($0) } ?? retryAfterSeconds
    }

    /// Reads a `Status` object, as ERROR events carry it.
    init(json: JSONValue) {
        self.init(
            code: json["code"]?.integerValue.flatMap(Int.init(exactly:)) ?? 0,
            reason: json["reason"]?.stringValue ?? "",
            message: json["message"]?.stringValue ?? "",
            causes: (json.at("details", "causes")?.arrayValue ?? []).prefix(32).map {
                Cause(
                    reason: $0["reason"]?.stringValue ?? "", message: $0["message"]?.stringValue ?? "",
                    field: $0["field"]?.stringValue ?? "")
            },
            retryAfterSeconds: json.at("details", "retryAfterSeconds")?.integerValue.flatMap(Int.init(exactly:)),
            continueToken: json.at("metadata", "continue")?.stringValue)
    }
}

extension APIStatus: CustomStringConvertible {
    package var description: String {
        let text = message.isEmpty ? "" : ": " + shown(message, limit: 1000)
        return "\(code)" + (reason.isEmpty ? "" : " " + shown(reason, limit: 64)) + text
    }
}
