// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import Glibc
import HTTPTransport
import JSONScan
import KubernetesModel
import YAML

/// Objects from files, applied as `kubectl apply --server-side` does it.
package struct Manifests: Sendable {
    private struct Item: Sendable {
        var file: String
        var object: JSONValue
    }

    private static let manager = "watchbill-sandbox"
    private var items: [Item] = []

    package init() {}

    /// Reads files, and of folders every `.yaml`, `.yml` and `.json` file, in the order of their names.
    package mutating func add(_ paths: [String]) throws(SandboxError) {
        for path in paths {
            for file in try Self.files(path) { try read(file) }
        }
    }

    package mutating func add(_ objects: [JSONValue], from place: String) {
        items += objects.map { Item(file: place, object: $0) }
    }

    /// Definitions before namespaces before the rest; answers how many there were.
    package func apply(to server: EmbeddedAPIServer) async throws(SandboxError) -> Int {
        for rank in 0...2 {
            for item in items where Self.rank(item.object) == rank { try await apply(item, to: server) }
        }
        return items.count
    }

    private static func rank(_ object: JSONValue) -> Int {
        switch object["kind"] {
        case "CustomResourceDefinition": 0
        case "Namespace": 1
        default: 2
        }
    }

    private func apply(_ item: Item, to server: EmbeddedAPIServer) async throws(SandboxError) {
        let apiVersion = item.object["apiVersion"]?.stringValue ?? ""
        let kind = item.object["kind"]?.stringValue ?? ""
        let name = item.object.at("metadata", "name")?.stringValue ?? ""
        let place = "\(item.file), \(kind) \(name)"
        guard let type = server.resource(apiVersion: apiVersion, kind: kind) else {
            throw .manifest(place: place, reason: "the sandbox serves no kind \(kind) of \(apiVersion)")
        }
        let namespace = item.object.at("metadata", "namespace")?.stringValue ?? "default"
        let key = ObjectKey(namespace: type.isNamespaced ? namespace : "", name: name)
        let request = HTTPRequest(
            .patch, type.path(key) + "?fieldManager=\(Self.manager)&force=true",
            headers: [HTTPHeader("Content-Type", "application/apply-patch+yaml")], body: item.object.canonicalBytes)
        let status: Int
        let body: [UInt8]
        do throws(TransportError) {
            let answer = try await server.transport().send(request)
            status = answer.status
            body = try await answer.body.collect(upTo: 8 << 20)
        } catch {
            throw .manifest(place: place, reason: "\(error)")
        }
        guard status < 300 else { throw .manifest(place: place, reason: Self.message(body)) }
    }

    private static func message(_ body: [UInt8]) -> String {
        do throws(JSONError) {
            return try JSONValue(parsing: body)["message"]?.stringValue ?? "refused"
        } catch {
            return String(decoding: body.prefix(200), as: UTF8.self)
        }
    }

    // MARK: Files

    private mutating func read(_ file: String) throws(SandboxError) {
        guard let bytes = try DiskFile.read(file) else { throw .manifest(place: file, reason: "there is no such file") }
        do throws(YAMLError) {
            // JSON is YAML.
            for document in try JSONValue.yamlDocuments(bytes, limits: .standard) { add(document, from: file) }
        } catch {
            throw .manifest(place: file, reason: "\(error)")
        }
    }

    /// A `List` stands for its items.
    private mutating func add(_ document: JSONValue, from file: String) {
        if document["kind"] == "List", let list = document["items"]?.arrayValue {
            for item in list { add(item, from: file) }
        } else {
            items.append(Item(file: file, object: document))
        }
    }

    private static func files(_ path: String) throws(SandboxError) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .manifest(place: path, reason: String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        guard let folder = opendir(path) else { throw .manifest(place: path, reason: String(cString: strerror(errno))) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted().map { "\(path)/\($0)" }
    }
}
