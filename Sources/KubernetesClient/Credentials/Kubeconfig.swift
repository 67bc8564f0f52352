// SPDX-License-Identifier: Apache-2.0
import Essentials
import YAML

/// One or several kubeconfig files, merged as client-go merges them: for every name the first file that has it wins.
package struct Kubeconfig: Sendable {
    /// An entry with the file it stands in, which relative paths start from.
    struct Entry: Sendable {
        var file: String
        var value: JSONValue
    }

    private(set) var clusters: [String: Entry] = [:]
    private(set) var users: [String: Entry] = [:]
    private(set) var contexts: [String: Entry] = [:]
    private(set) var currentContext: String?
    /// All files that were read, for messages.
    private(set) var files: [String] = []

    /// Reads the files in order. Of several, those that do not exist are left out; one alone must exist.
    package init(paths: [String], read: FileReading = LocalFile.read) throws(CredentialsError) {
        let paths = paths.filter { !$0.isEmpty }
        guard !paths.isEmpty else { throw CredentialsError(file: "KUBECONFIG", problem: "it names no file") }
        var failure: CredentialsError?
        for path in paths {
            let bytes: [UInt8]
            do throws(CredentialsError) {
                bytes = try read(path)
            } catch {
                failure = failure ?? error
                continue
            }
            try merge(bytes, file: path)
        }
        if files.isEmpty, let failure { throw failure }
    }

    private mutating func merge(_ bytes: [UInt8], file: String) throws(CredentialsError) {
        let document: JSONValue
        do throws(YAMLError) {
            document = try JSONValue(yaml: bytes)
        } catch {
            throw CredentialsError(file: file, problem: "it is no YAML that can be read: \(error)")
        }
        files.append(file)
        guard !document.isNull else { return }
        guard document.objectValue != nil else {
            throw CredentialsError(file: file, problem: "it is no kubeconfig, its top is no mapping")
        }
        if let kind = document["kind"], kind != "Config" {
            throw CredentialsError(file: file, path: "kind", problem: "a kubeconfig has the kind `Config`")
        }
        try Self.merge(document, "clusters", "cluster", file: file, into: &clusters)
        try Self.merge(document, "users", "user", file: file, into: &users)
        try Self.merge(document, "contexts", "context", file: file, into: &contexts)
        if currentContext == nil, let name = document["current-context"]?.stringValue, !name.isEmpty {
            currentContext = name
        }
    }

    private static func merge(
        _ document: JSONValue, _ list: String, _ member: String, file: String, into entries: inout [String: Entry]
    ) throws(CredentialsError) {
        guard let values = document[list], !values.isNull else { return }
        guard let elements = values.arrayValue else {
            throw CredentialsError(file: file, path: list, problem: "a list is expected")
        }
        for (index, element) in elements.enumerated() {
            guard let name = element["name"]?.stringValue else {
                throw CredentialsError(file: file, path: "\(list)[\(index)].name", problem: "a text is expected")
            }
            if entries[name] == nil { entries[name] = Entry(file: file, value: element[member] ?? .null) }
        }
    }
}
