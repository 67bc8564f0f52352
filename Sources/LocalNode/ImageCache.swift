// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import HTTPTransport
import JSONScan
import OCIModel
import OCIRegistry
import Synchronization
import Workloads

/// An image on this machine: its files, and what its configuration says of running it.
struct LocalImage: Sendable {
    /// `REPOSITORY@DIGEST` of what was asked for: of an index, the index, as containerd has it.
    var imageID: String
    /// The unpacked files; never run from, only copied.
    var root: String
    var entrypoint: [String] = []
    var arguments: [String] = []
    var environment: [String] = []
    var folder = "/"
    var user: (user: Int64, group: Int64)?
}

/// Why an image cannot be had, in words for a Pod's status.
struct PullFailure: Error, Sendable {
    /// `ErrImagePull`, `InvalidImageName`.
    var reason = "ErrImagePull"
    var message: String
}

/// Pulls images into OCI layouts by digest and unpacks them, one at a time, as a kubelet does.
actor ImageCache {
    /// No image is larger, packed.
    private static let sizeLimit: Int64 = 8 << 30
    /// In seconds.
    private static let keptFor: Int64 = 14 * 24 * 3_600
    private let folder: String
    private let scratch: String
    private let tools: ToolRun
    private let registries: Registries
    private let platform: Platform
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ settings: NodeSettings, tools: ToolRun, registries: Registries, platform: Platform) {
        folder = settings.imagesFolder
        scratch = settings.scratchFolder
        self.tools = tools
        self.registries = registries
        self.platform = platform
    }

    /// The image of a reference: what the registry has now, from the cache where it is there.
    func image(_ text: String, credentials: [RegistryCredential]) async throws(PullFailure) -> LocalImage {
        await begin()
        defer { end() }
        let answer = try await registries.answer(text, credentials: credentials, platform: platform)
        guard answer.size <= Self.sizeLimit else {
            throw PullFailure(message: "image \"\(text)\" has \(answer.size) bytes; this node takes \(Self.sizeLimit)")
        }
        let home = "\(folder)/\(answer.digest.hex)"
        do throws(FileProblem) {
            if !Folder.exists(home) { try await pull(answer, text, credentials, into: home) }
            // When it was used last.
            utimensat(AT_FDCWD, home, nil, 0)
            return try Self.read(home, imageID: answer.imageID)
        } catch {
            throw PullFailure(message: "failed to pull and unpack image \"\(text)\": \(error.message)")
        }
    }

    /// Removes the images that no Pod has asked for in two weeks; before any container runs.
    func removeUnused(at now: Timestamp) {
        for name in Folder.names(in: folder) {
            let home = "\(folder)/\(name)"
            var status = stat()
            guard lstat(home, &status) == 0, Int64(status.st_mtim.tv_sec) < now.seconds - Self.keptFor else { continue }
            Folder.remove(home)
        }
    }

    private func pull(
        _ answer: Registries.Answer, _ text: String, _ credentials: [RegistryCredential], into home: String
    ) async throws(FileProblem) {
        // A name that nothing else has: what an earlier process began may still be written.
        var template = Array("\(scratch)/pull-\(answer.digest.short)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FileProblem("made", scratch) }
        let draft = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { Folder.remove(draft) }
        var command = ["skopeo", "--insecure-policy", "copy", "--quiet", "--retry-times", "2"]
        if registries.isPlain(answer.reference.registry) { command.append("--src-tls-verify=false") }
        let source = ["docker://\(answer.reference.name)@\(answer.digest)", "oci:\(draft)/layout:image"]
        var problem = ""
        for credential in credentials.map(Optional.some) + [nil] {
            var account: [String] = ["--src-no-creds"]
            if let credential {
                try Folder.write(Self.accounts(credential, for: answer.reference), to: "\(draft)/auth.json")
                account = ["--authfile", "\(draft)/auth.json"]
            }
            do throws(ToolRun.Failure) {
                try await tools.run(command + account + source)
                problem = ""
                break
            } catch {
                problem = error.message
            }
        }
        unlinkAccounts(draft)
        guard problem.isEmpty else { throw FileProblem(describing: problem) }
        do throws(ToolRun.Failure) {
            try await tools.run([
                "umoci", "unpack", "--rootless", "--image", "\(draft)/layout:image", "\(draft)/bundle",
            ])
        } catch {
            throw FileProblem(describing: error.message)
        }
        try Folder.make(folder)
        guard rename(draft, home) == 0 else { throw FileProblem("renamed", draft) }
    }

    private func unlinkAccounts(_ draft: String) { Folder.remove("\(draft)/auth.json") }

    private static func accounts(_ credential: RegistryCredential, for reference: ImageReference) -> [UInt8] {
        let text = Base64.encode(Array("\(credential.username):\(credential.password.exposed)".utf8))
        let host = reference.registry
        let document: JSONValue = ["auths": [host: ["auth": .string(text)]]]
        return document.canonicalBytes
    }

    // MARK: What is there

    private static func read(_ home: String, imageID: String) throws(FileProblem) -> LocalImage {
        let layout = "\(home)/layout"
        let index = try document("\(layout)/index.json")
        let manifest = try blob(index["manifests"]?[0]?["digest"], in: layout)
        let configuration = try blob(manifest.at("config", "digest"), in: layout)["config"] ?? [:]
        func words(_ name: String) -> [String] { (configuration[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        var image = LocalImage(imageID: imageID, root: "\(home)/bundle/rootfs")
        image.entrypoint = words("Entrypoint")
        image.arguments = words("Cmd")
        image.environment = words("Env")
        image.folder = configuration["WorkingDir"]?.stringValue ?? "/"
        if let user = configuration["User"]?.stringValue, !user.isEmpty {
            // umoci has looked names up in the image's own account files.
            let resolved = try document("\(home)/bundle/config.json").at("process", "user")
            let parts = user.split(separator: ":").map(String.init)
            let numbers = parts.compactMap { Int64($0) }
            image.user = (
                numbers.first ?? resolved?["uid"]?.integerValue ?? 0,
                numbers.count == 2 ? numbers[1] : resolved?["gid"]?.integerValue ?? 0
            )
        }
        return image
    }

    private static func blob(_ digest: JSONValue?, in layout: String) throws(FileProblem) -> JSONValue {
        guard let digest = digest?.stringValue.flatMap({ Digest($0) }) else {
            throw FileProblem(describing: "the layout names no digest")
        }
        return try document("\(layout)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)")
    }

    private static func document(_ path: String) throws(FileProblem) -> JSONValue {
        guard let bytes = Folder.read(path, upTo: 4 << 20) else { throw FileProblem("read", path) }
        do throws(JSONError) { return try JSONValue(parsing: bytes) } catch {
            throw FileProblem(describing: "\(path): \(error)")
        }
    }

    // MARK: One at a time

    private func begin() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func end() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}
