// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Glibc
import KubernetesClient
import KubernetesModel
import Workloads

/// The volumes of one Pod as folders under `STATE/pods/UID/volumes/`.
struct VolumeFolders {
    /// Why a Pod cannot be set up yet; it is tried again.
    struct Problem: Error, Sendable {
        var message: String
    }

    let pod: WholePod
    let folder: String
    let objects: ObjectReader
    private(set) var paths: [String: (path: String, isReadOnly: Bool)] = [:]

    init(_ pod: WholePod, folder: String, objects: ObjectReader) {
        self.pod = pod
        self.folder = folder
        self.objects = objects
    }

    /// Makes all of them.
    mutating func prepare() async throws(Problem) {
        do throws(FileProblem) { try Folder.make(folder, mode: 0o755) } catch { throw Problem(message: error.message) }
        for volume in pod.spec["volumes"]?.arrayValue ?? [] {
            guard let name = volume["name"]?.stringValue, ObjectName.isSubdomain(name) else { continue }
            let path = "\(folder)/\(name)"
            do throws(FileProblem) {
                try Folder.make(path, mode: 0o755)
                chmod(path, 0o777)
            } catch { throw Problem(message: error.message) }
            if volume["emptyDir"] != nil {
                paths[name] = (path, false)
                continue
            }
            let files: [File]
            if let source = volume["configMap"] {
                files = try await self.files(.configMaps, source, source["name"]?.stringValue)
            } else if let source = volume["secret"] {
                files = try await self.files(.secrets, source, source["secretName"]?.stringValue)
            } else if let source = volume["projected"] {
                files = try await projected(source)
            } else if let source = volume["downwardAPI"] {
                files = fields(source)
            } else {
                let kind = (volume.objectValue ?? [:]).keys.filter { $0 != "name" }.sorted().first ?? "nothing"
                throw Problem(message: "volume \"\(name)\": this node has no \(kind) volumes")
            }
            try write(files, to: path)
            paths[name] = (path, true)
        }
    }

    private struct File {
        var path: String
        var content: [UInt8]
        var mode: mode_t
    }

    private func write(_ files: [File], to folder: String) throws(Problem) {
        var size = 0
        for file in files {
            let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            // The API refuses such paths; whoever serves another API is not to write elsewhere on this machine either.
            guard !parts.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
                throw Problem(message: "'\(file.path)' is no path within a volume")
            }
            size += file.content.count
            guard size <= 16 << 20 else { throw Problem(message: "a volume's files have more than 16 MiB") }
            let path = "\(folder)/\(file.path)"
            do throws(FileProblem) {
                if let slash = path.lastIndex(of: "/") { try Folder.make(String(path[..<slash]), mode: 0o755) }
                try Folder.write(file.content, to: path, mode: file.mode)
            } catch { throw Problem(message: error.message) }
        }
    }

    // MARK: What is in them

    private func files(
        _ resource: ResourceType, _ source: JSONValue, _ name: String?
    ) async throws(Problem) -> [File] {
        let mode = Self.mode(source["defaultMode"], otherwise: 0o644)
        guard let name else { return [] }
        let key = ObjectKey(namespace: pod.metadata.namespace, name: name)
        guard let data = try await objects.data(resource, key) else {
            if source["optional"]?.boolValue == true { return [] }
            throw Problem(message: "\(resource.kind.lowercased()) \"\(name)\" not found")
        }
        guard let items = source["items"]?.arrayValue else {
            return data.sorted { $0.key < $1.key }.map { File(path: $0.key, content: $0.value, mode: mode) }
        }
        var files: [File] = []
        for item in items {
            guard let key = item["key"]?.stringValue, let path = item["path"]?.stringValue else { continue }
            guard let content = data[key] else {
                if source["optional"]?.boolValue == true { continue }
                throw Problem(message: "references non-existent key: \(key) of \(resource.kind) \(name)")
            }
            files.append(File(path: path, content: content, mode: Self.mode(item["mode"], otherwise: mode)))
        }
        return files
    }

    private func projected(_ projection: JSONValue) async throws(Problem) -> [File] {
        let mode = projection["defaultMode"]
        var files: [File] = []
        for source in projection["sources"]?.arrayValue ?? [] {
            if var part = source["configMap"] {
                part["defaultMode"] = mode
                files += try await self.files(.configMaps, part, part["name"]?.stringValue)
            } else if var part = source["secret"] {
                part["defaultMode"] = mode
                files += try await self.files(.secrets, part, part["name"]?.stringValue)
            } else if var part = source["downwardAPI"] {
                part["defaultMode"] = mode
                files += fields(part)
            } else if let part = source["serviceAccountToken"] {
                let token = try await objects.token(
                    of: pod, seconds: part["expirationSeconds"]?.integerValue ?? 3_600,
                    audience: part["audience"]?.stringValue)
                files.append(
                    File(path: part["path"]?.stringValue ?? "token", content: Array(token.exposed.utf8), mode: 0o600))
            }
        }
        return files
    }

    private func fields(_ source: JSONValue) -> [File] {
        let mode = Self.mode(source["defaultMode"], otherwise: 0o644)
        return (source["items"]?.arrayValue ?? []).compactMap { item in
            guard let path = item["path"]?.stringValue, let field = item.at("fieldRef", "fieldPath")?.stringValue,
                let value = PodField.value(of: field, in: pod, podIP: NodeSettings.address)
            else { return nil }
            return File(path: path, content: Array(value.utf8), mode: Self.mode(item["mode"], otherwise: mode))
        }
    }

    private static func mode(_ value: JSONValue?, otherwise: mode_t) -> mode_t {
        value?.integerValue.map { mode_t(truncatingIfNeeded: $0 & 0o777) } ?? otherwise
    }
}

/// Reads what Pods refer to.
struct ObjectReader: Sendable {
    let client: KubernetesClient

    /// The `data` (and `binaryData`) of a ConfigMap or Secret; nil when there is none.
    func data(_ resource: ResourceType, _ key: ObjectKey) async throws(VolumeFolders.Problem) -> [String: [UInt8]]? {
        let object: JSONValue
        do throws(APIError) { object = try await client.get(resource, key) } catch {
            if error.status?.code == 404 { return nil }
            throw VolumeFolders.Problem(message: "\(resource.kind) \(key) could not be read: \(error)")
        }
        var result: [String: [UInt8]] = [:]
        for (member, isEncoded) in [("data", resource == .secrets), ("binaryData", true)] {
            for (name, value) in object[member]?.objectValue ?? [:] {
                guard let text = value.stringValue else { continue }
                result[name] = isEncoded ? Base64.decode(ignoringSpaceIn: text) ?? [] : Array(text.utf8)
            }
        }
        return result
    }

    func token(
        of pod: WholePod, seconds: Int64, audience: String?
    ) async throws(VolumeFolders.Problem) -> Redacted<String> {
        let account = ObjectKey(
            namespace: pod.metadata.namespace, name: pod.spec["serviceAccountName"]?.stringValue ?? "default")
        do throws(APIError) {
            return try await client.token(
                of: account, seconds: max(600, seconds), pod: pod.reference, uid: pod.metadata.uid, audience: audience)
        } catch {
            throw VolumeFolders.Problem(message: "failed to fetch token: \(error)")
        }
    }

    /// What the variables of a container come from.
    func sources(of container: JSONValue, in pod: WholePod) async throws(VolumeFolders.Problem)
        -> ContainerEnvironment.Sources
    {
        var sources = ContainerEnvironment.Sources()
        var names: Set<Source> = []
        for entry in container["envFrom"]?.arrayValue ?? [] {
            names.formUnion(Self.names(in: entry, "configMapRef", "secretRef"))
        }
        for entry in container["env"]?.arrayValue ?? [] {
            guard let from = entry["valueFrom"] else { continue }
            names.formUnion(Self.names(in: from, "configMapKeyRef", "secretKeyRef"))
        }
        for source in names {
            let key = ObjectKey(namespace: pod.metadata.namespace, name: source.name)
            guard let data = try await data(source.isSecret ? .secrets : .configMaps, key) else { continue }
            let texts = data.mapValues { String(decoding: $0, as: UTF8.self) }
            if source.isSecret { sources.secrets[source.name] = texts } else { sources.configMaps[source.name] = texts }
        }
        return sources
    }

    private struct Source: Hashable {
        var isSecret: Bool
        var name: String
    }

    private static func names(in value: JSONValue, _ map: String, _ secret: String) -> [Source] {
        [(map, false), (secret, true)].compactMap { member, isSecret in
            value[member]?["name"]?.stringValue.map { Source(isSecret: isSecret, name: $0) }
        }
    }
}
