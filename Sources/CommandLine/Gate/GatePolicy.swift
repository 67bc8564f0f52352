// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import JSONScan
import KubernetesModel
import ScanPolicyController
import Schema
import YAML

/// Where `gate --policy` takes its policy from.
package enum GatePolicySource: Hashable, Sendable {
    /// A file, `-` for standard input: no cluster is asked.
    case file(String)
    /// The name of a policy in the cluster.
    case named(String)

    /// A file is what exists, or is written like one; everything else is a name.
    package init(_ text: String, exists: (String) -> Bool) throws(CommandFailure) {
        if text == "-" || exists(text) || [".yaml", ".yml", ".json"].contains(where: text.hasSuffix) {
            self = .file(text)
            return
        }
        if !text.contains("/"), !text.isEmpty {
            let object = try ObjectArgument(
                parsing: "scanpolicy/\(text)", of: [ScanPolicy.resource], for: "gate --policy")
            self = .named(object.name)
            return
        }
        if !text.hasPrefix("/"), !text.hasPrefix("."), text.split(separator: "/").count == 2 {
            self = .named(
                try ObjectArgument(parsing: text, of: [ScanPolicy.resource], for: "gate --policy").name)
            return
        }
        throw CommandFailure(
            what: "there is no file \(ObjectArgument.shown(text))", place: "gate --policy",
            remedy: "name a file with a ScanPolicy, or the name of one in the cluster", code: .usage)
    }
}

/// Reads a ScanPolicy from a file as the API server would take it.
package enum GatePolicy {
    /// The one ScanPolicy among the documents of a file; what else is in it is passed over.
    package static func read(_ bytes: [UInt8], from path: String) throws(CommandFailure) -> ScanPolicy {
        let documents: [JSONValue]
        do throws(YAMLError) {
            documents = try JSONValue.yamlDocuments(bytes)
        } catch {
            throw wrong("it is no YAML: \(error.problem)", "\(path), line \(error.line)", "correct the file")
        }
        let policies = documents.filter { $0["kind"]?.stringValue == ScanPolicy.resource.kind }
        guard let document = policies.first else {
            throw wrong(
                "there is no ScanPolicy in the file", path,
                "name a file with apiVersion \(ScanPolicy.resource.apiVersion) and kind ScanPolicy")
        }
        guard policies.count == 1 else {
            throw wrong(
                "there are \(policies.count) ScanPolicies in the file", path, "name a file with one, or pass one with -"
            )
        }
        guard document["apiVersion"]?.stringValue == ScanPolicy.resource.apiVersion else {
            throw wrong(
                "the policy's apiVersion is \(ObjectArgument.shown(document["apiVersion"]?.stringValue ?? ""))", path,
                "write \(ScanPolicy.resource.apiVersion)")
        }
        try refuseUnknownFields(document, path)
        return try policy(document, path)
    }

    /// What the API server would drop with a warning is an error here: a misspelt bound must not open the gate.
    private static func refuseUnknownFields(_ document: JSONValue, _ path: String) throws(CommandFailure) {
        let spec = document["spec"] ?? .null
        guard let unknown = difference(spec, ScanPolicy.specSchema.pruned(spec), at: "spec") else { return }
        throw wrong("there is no such field: \(unknown)", path, "correct or remove it; kubectl explain scanpolicy.spec")
    }

    private static func difference(_ given: JSONValue, _ kept: JSONValue, at path: String) -> String? {
        switch (given, kept) {
        case (.object(let given), .object(let kept)):
            for (name, value) in given.sorted(by: { $0.key < $1.key }) {
                guard let member = kept[name] else { return "\(path).\(name)" }
                if let unknown = difference(value, member, at: "\(path).\(name)") { return unknown }
            }
            return nil
        case (.array(let given), .array(let kept)):
            for (index, pair) in zip(given, kept).enumerated() {
                if let unknown = difference(pair.0, pair.1, at: "\(path)[\(index)]") { return unknown }
            }
            return nil
        default: return nil
        }
    }

    private static func policy(_ document: JSONValue, _ path: String) throws(CommandFailure) -> ScanPolicy {
        var policy: ScanPolicy
        do throws(JSONError) {
            var scanner = JSONScanner(document.canonicalBytes)
            policy = try ScanPolicy(from: &scanner)
        } catch {
            throw wrong("\(error.path): \(error.reason)", path, "correct the policy")
        }
        if policy.metadata.namespace.isEmpty { policy.metadata.namespace = "default" }
        // In a file every namespace may be the operator's.
        if let problem = policy.problem(rootNamespace: policy.metadata.namespace) {
            throw wrong(problem, path, "correct the policy")
        }
        return policy
    }

    private static func wrong(_ what: String, _ place: String, _ remedy: String) -> CommandFailure {
        CommandFailure(what: what, place: place, remedy: remedy, code: .usage)
    }
}
