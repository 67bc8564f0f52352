// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Synchronization

/// A token and what it stands for.
struct IssuedToken: Sendable, Equatable {
    var user: String
    var expires: Timestamp
}

extension ServerState {
    /// Answers a question about the caller's own rights or name.
    func review(_ request: APIRequest, _ served: ServedResource) throws(APIFailure) -> Answer {
        var answer = try decode(request, served)
        answer["metadata"] = ["creationTimestamp": .null]
        switch served.type.kind {
        case "SelfSubjectAccessReview": answer["status"] = accessReview(answer["spec"] ?? [:], request.user)
        case "SelfSubjectRulesReview":
            answer["status"] = rulesReview(answer.at("spec", "namespace")?.stringValue ?? "", request.user)
        default:
            answer["status"] = [
                "userInfo": ["username": .string(request.user), "groups": .strings(Self.groups(of: request.user))]
            ]
        }
        return .object(code: 201, answer)
    }

    private func accessReview(_ spec: JSONValue, _ user: String) -> JSONValue {
        if let path = spec["nonResourceAttributes"] {
            let isAllowed = isUnrestricted(user) || path["verb"] == "get"
            return Self.decision(isAllowed)
        }
        let asked = spec["resourceAttributes"] ?? [:]
        func text(_ name: String) -> String { asked[name]?.stringValue ?? "" }
        let subresource = text("subresource")
        let resource = subresource.isEmpty ? text("resource") : "\(text("resource"))/\(subresource)"
        let wish = Wish(
            verb: text("verb"), group: text("group"), resource: resource, namespace: text("namespace"),
            name: text("name"))
        return Self.decision(allows(user, wish))
    }

    private static func decision(_ isAllowed: Bool) -> JSONValue {
        isAllowed ? ["allowed": true, "reason": "granted in this sandbox"] : ["allowed": false]
    }

    private func rulesReview(_ namespace: String, _ user: String) -> JSONValue {
        let everything: JSONValue = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]
        let own: [JSONValue] = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"].map {
            ["verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": [.string($0)]]
        }
        let rules = isUnrestricted(user) ? [everything] : self.rules(of: user, in: namespace).map(\.reviewed)
        let paths: [JSONValue] =
            isUnrestricted(user)
            ? [["verbs": ["*"], "nonResourceURLs": ["*"]]]
            : [["verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/version"]]]
        return [
            "incomplete": false, "nonResourceRules": .array(paths), "resourceRules": .array(rules + own),
        ]
    }

    static func groups(of user: String) -> [String] {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" {
            return ["system:serviceaccounts", "system:serviceaccounts:\(parts[2])", "system:authenticated"]
        }
        return user == "admin" ? ["system:masters", "system:authenticated"] : ["system:authenticated"]
    }

    // MARK: Tokens

    /// A token of a service account (`kubectl create token`).
    mutating func issueToken(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp
    ) throws(APIFailure) -> Answer {
        guard store[served.table, request.key] != nil else { throw .notFound(served.type, request.name) }
        var answer: JSONValue = ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1"]
        if !request.body.isEmpty {
            do throws(JSONError) { answer = try JSONValue(parsing: request.body) } catch {
                throw .badRequest("the TokenRequest cannot be read: \(error)")
            }
        }
        let wanted = answer.at("spec", "expirationSeconds")?.integerValue ?? 3600
        guard wanted >= 600 else {
            throw .invalid(
                kind: "TokenRequest", group: "authentication.k8s.io", "",
                [.invalid("spec.expirationSeconds", String(wanted), "may not specify a duration less than 10 minutes")])
        }
        let expires = now + .seconds(min(wanted, 1 << 32))
        tokens = tokens.filter { $0.value.expires > now }
        var system = SystemRandomNumberGenerator()
        let token = (0..<4).map { _ in String(system.next(), radix: 36) }.joined(separator: "-")
        tokens[token] = IssuedToken(
            user: "system:serviceaccount:\(request.namespace):\(request.name)", expires: expires)
        answer["metadata"] = ["name": .string(request.name), "namespace": .string(request.namespace)]
        answer["status"] = ["token": .string(token), "expirationTimestamp": .string(expires.rfc3339)]
        return .object(code: 201, answer)
    }
}

extension EmbeddedAPIServer {
    /// Who a token that this server gave out stands for; nil when it is unknown or expired.
    package func user(ofToken token: String) -> String? {
        let now = now()
        return state.withLock { state in
            state.tokens[token].flatMap { $0.expires > now ? $0.user : nil }
        }
    }
}
