// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// Which objects a list or watch shows.
struct Selection: Sendable, Equatable {
    var namespace = ""
    var labels = LabelSelector()
    var fields = FieldSelector()

    func matches(_ object: JSONValue, key: ObjectKey) -> Bool {
        (namespace.isEmpty || key.namespace == namespace) && labels.matches(object.labels) && fields.matches(object)
    }

    var selectsAll: Bool { labels.requirements.isEmpty && fields.terms.isEmpty }
}

/// A label selector in its text form (`a=b,c!=d,e in (f,g),!h`).
struct LabelSelector: Sendable, Equatable {
    enum Requirement: Sendable, Equatable {
        case among(String, Set<String>)
        case notAmong(String, Set<String>)
        case exists(String)
        case absent(String)
    }

    var requirements: [Requirement] = []

    init() {}

    init(parsing text: String) throws(APIFailure) {
        for part in Self.splitOutsideParentheses(text) {
            requirements.append(try Self.requirement(part))
        }
    }

    func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .among(let key, let values): labels[key].map(values.contains) ?? false
            case .notAmong(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .absent(let key): labels[key] == nil
            }
        }
    }

    private static func splitOutsideParentheses(_ text: String) -> [String] {
        var parts: [String] = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map(trimmed).filter { !$0.isEmpty }
    }

    private static func requirement(_ part: String) throws(APIFailure) -> Requirement {
        if part.hasPrefix("!") { return .absent(try key(trimmed(String(part.dropFirst())), part)) }
        for (sign, negated) in [("!=", true), ("==", false), ("=", false)] {
            guard let range = part.firstRange(of: sign) else { continue }
            let key = try key(trimmed(String(part[..<range.lowerBound])), part)
            let value = trimmed(String(part[range.upperBound...]))
            guard !value.contains(where: { $0 == " " || $0 == "=" }) else { throw unparsable(part) }
            return negated ? .notAmong(key, [value]) : .among(key, [value])
        }
        guard part.hasSuffix(")"), let open = part.firstIndex(of: "(") else { return .exists(try key(part, part)) }
        let head = part[..<open].split(separator: " ").map(String.init)
        let values = part[part.index(after: open)...].dropLast().split(separator: ",").map { trimmed(String($0)) }
        guard head.count == 2, head[1] == "in" || head[1] == "notin" else { throw unparsable(part) }
        let name = try key(head[0], part)
        return head[1] == "in" ? .among(name, Set(values)) : .notAmong(name, Set(values))
    }

    private static func key(_ text: String, _ part: String) throws(APIFailure) -> String {
        guard Naming.isQualifiedName(text) else { throw unparsable(part) }
        return text
    }

    private static func unparsable(_ part: String) -> APIFailure {
        .badRequest("unable to parse requirement: \(JSONValue.quoted(String(part.prefix(80))))")
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// A field selector (`metadata.name=x,status.phase!=Running`).
struct FieldSelector: Sendable, Equatable {
    struct Term: Sendable, Equatable {
        var path: String
        var value: String
        var isNegated: Bool
    }

    var terms: [Term] = []

    init() {}

    init(parsing text: String, for type: ResourceType) throws(APIFailure) {
        for part in text.split(separator: ",") {
            let isNegated = part.contains("!=")
            guard let range = part.firstRange(of: isNegated ? "!=" : part.contains("==") ? "==" : "=") else {
                throw .badRequest("invalid selector: \(JSONValue.quoted(String(part.prefix(80)))); can't understand it")
            }
            let path = String(part[..<range.lowerBound])
            guard Self.supported(type).contains(path) else { throw .badRequest("field label not supported: \(path)") }
            terms.append(Term(path: path, value: String(part[range.upperBound...]), isNegated: isNegated))
        }
    }

    func matches(_ object: JSONValue) -> Bool {
        terms.allSatisfy { term in
            let value = object.at(path: term.path.split(separator: "."))
            let text: String =
                switch value {
                case .string(let text)?: text
                case .integer(let number)?: String(number)
                case .bool(let flag)?: String(flag)
                default: ""
                }
            return (text == term.value) != term.isNegated
        }
    }

    private static func supported(_ type: ResourceType) -> Set<String> {
        let common: Set<String> = ["metadata.name", "metadata.namespace"]
        switch type {
        case .pods:
            return common.union([
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase",
                "status.podIP", "status.nominatedNodeName",
            ])
        case .coreEvents:
            return common.union([
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
                "reportingComponent", "source", "type",
            ])
        case .secrets: return common.union(["type"])
        case .jobs: return common.union(["status.successful"])
        case .replicaSets: return common.union(["status.replicas"])
        case .namespaces: return common.union(["status.phase"])
        case .nodes: return common.union(["spec.unschedulable"])
        default: return common
        }
    }
}
