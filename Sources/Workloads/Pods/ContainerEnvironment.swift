// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel

/// A container's environment and command, by the kubelet's rules.
package struct ContainerEnvironment: Sendable {
    /// Why a container cannot be set up; the kubelet's `CreateContainerConfigError`.
    package struct Problem: Error, Hashable, Sendable {
        package var message: String

        package init(message: String) { self.message = message }
    }

    /// What its variables come from, read beforehand.
    package struct Sources: Sendable {
        package var configMaps: [String: [String: String]] = [:]
        package var secrets: [String: [String: String]] = [:]
        package init() {}
    }

    package private(set) var variables: [String: String] = [:]
    private let pod: WholePod
    private let container: JSONValue
    private let podIP: String

    /// - Parameter image: the image's own variables, as `NAME=VALUE`.
    package init(
        of container: JSONValue, in pod: WholePod, image: [String], sources: Sources, podIP: String
    ) throws(Problem) {
        self.pod = pod
        self.container = container
        self.podIP = podIP
        for entry in image {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 { variables[parts[0]] = parts[1] }
        }
        variables["HOSTNAME"] = pod.metadata.name
        for source in container["envFrom"]?.arrayValue ?? [] { try addAll(source, sources) }
        for entry in container["env"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue, !name.isEmpty, !name.contains("=") else { continue }
            if let from = entry["valueFrom"] {
                if let value = try value(from, sources) { variables[name] = value }
            } else {
                variables[name] = Self.expand(entry["value"]?.stringValue ?? "", with: variables)
            }
        }
    }

    private mutating func addAll(_ source: JSONValue, _ sources: Sources) throws(Problem) {
        let prefix = source["prefix"]?.stringValue ?? ""
        for (member, all, kind) in [
            ("configMapRef", sources.configMaps, "configmap"), ("secretRef", sources.secrets, "secret"),
        ] {
            guard let reference = source[member], let name = reference["name"]?.stringValue else { continue }
            guard let values = all[name] else {
                if reference["optional"]?.boolValue == true { continue }
                throw Problem(message: "\(kind) \"\(name)\" not found")
            }
            for (key, value) in values { variables[prefix + key] = value }
        }
    }

    private func value(_ from: JSONValue, _ sources: Sources) throws(Problem) -> String? {
        if let field = from.at("fieldRef", "fieldPath")?.stringValue {
            guard let value = PodField.value(of: field, in: pod, podIP: podIP) else {
                throw Problem(message: "the field '\(field)' is not known to this node")
            }
            return value
        }
        if let resource = from.at("resourceFieldRef", "resource")?.stringValue {
            return resourceValue(resource, divisor: from.at("resourceFieldRef", "divisor")?.stringValue)
        }
        for (member, all, kind) in [
            ("configMapKeyRef", sources.configMaps, "configmap"), ("secretKeyRef", sources.secrets, "secret"),
        ] {
            guard let reference = from[member], let name = reference["name"]?.stringValue,
                let key = reference["key"]?.stringValue
            else { continue }
            if let value = all[name]?[key] { return value }
            if reference["optional"]?.boolValue == true { return nil }
            if all[name] == nil { throw Problem(message: "\(kind) \"\(name)\" not found") }
            throw Problem(message: "couldn't find key \(key) in \(kind) \(pod.metadata.namespace)/\(name)")
        }
        return nil
    }

    private func resourceValue(_ resource: String, divisor: String?) -> String {
        let parts = resource.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let text = container.at("resources", parts[0], parts[1])?.stringValue,
            let amount = Quantity(text).thousandths
        else { return "0" }
        let unit = max(1, divisor.flatMap { Quantity($0).thousandths } ?? 1_000)
        return String(amount / unit + (amount % unit > 0 ? 1 : 0))
    }

    // MARK: The command

    /// What is started: the Pod's `command` and `args` in place of the image's entry point and arguments.
    package func command(entrypoint: [String], arguments: [String]) -> [String] {
        let command = (container["command"]?.arrayValue ?? []).compactMap(\.stringValue)
        let args = (container["args"]?.arrayValue ?? []).compactMap(\.stringValue)
        let words = command.isEmpty ? entrypoint + (args.isEmpty ? arguments : args) : command + args
        guard !command.isEmpty || !args.isEmpty else { return words }
        return words.map { Self.expand($0, with: variables) }
    }

    /// `$(NAME)` becomes the variable's value, `$$` a dollar; what names none stays as it is.
    package static func expand(_ text: String, with variables: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let after = rest.index(after: dollar)
            guard after < rest.endIndex else {
                rest = rest[dollar...]
                break
            }
            if rest[after] == "$" {
                result += "$"
                rest = rest[rest.index(after: after)...]
            } else if rest[after] == "(", let close = rest[after...].firstIndex(of: ")") {
                let name = String(rest[rest.index(after: after)..<close])
                result += variables[name] ?? "$(\(name))"
                rest = rest[rest.index(after: close)...]
            } else {
                result += rest[dollar...after]
                rest = rest[rest.index(after: after)...]
            }
        }
        return result + rest
    }
}

/// The fields of a Pod that variables and files may hold.
package enum PodField {
    package static func value(of path: String, in pod: WholePod, podIP: String) -> String? {
        switch path {
        case "metadata.name": return pod.metadata.name
        case "metadata.namespace": return pod.metadata.namespace
        case "metadata.uid": return pod.metadata.uid
        case "spec.nodeName": return pod.nodeName
        case "spec.serviceAccountName": return pod.spec["serviceAccountName"]?.stringValue ?? "default"
        case "status.podIP", "status.hostIP", "status.podIPs": return podIP
        case "metadata.labels": return lines(pod.metadata.labels)
        case "metadata.annotations": return lines(pod.metadata.annotations)
        default: break
        }
        for (prefix, values) in [
            ("metadata.labels['", pod.metadata.labels), ("metadata.annotations['", pod.metadata.annotations),
        ] where path.hasPrefix(prefix) && path.hasSuffix("']") {
            return values[String(path.dropFirst(prefix.count).dropLast(2))] ?? ""
        }
        return nil
    }

    private static func lines(_ values: [String: String]) -> String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\(JSONValue.string($0.value).canonicalText)" }
            .joined(separator: "\n")
    }
}
