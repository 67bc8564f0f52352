// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import HTTPTransport
import OCIModel
import OCIRegistry
import Synchronization
import Workloads

/// The registries as a node sees them: those on loopback speak plain HTTP, as container runtimes have it.
final class Registries: Sendable {
    /// What a registry says of a reference.
    struct Answer: Sendable {
        var reference: ImageReference
        /// Of the image for this machine's platform.
        var digest: Digest
        /// `REPOSITORY@DIGEST`, of the index where there is one.
        var imageID: String
        /// Packed, in bytes.
        var size: Int64
    }

    private let transport: any HTTPTransport
    private let now: @Sendable () -> Instant
    private let plain: Set<String>
    private let clients = Mutex<[String: RegistryClient]>([:])

    init(transport: any HTTPTransport, plain: Set<String>, now: @escaping @Sendable () -> Instant) {
        self.transport = transport
        self.plain = plain
        self.now = now
    }

    func isPlain(_ host: String) -> Bool {
        let name = host.split(separator: ":").first.map(String.init) ?? host
        return plain.contains(host) || Self.isLoopback(name)
    }

    /// An address is one only when all of it is: `127.example.com` is a name like any other.
    static func isLoopback(_ name: String) -> Bool {
        var address = in_addr()
        return name == "localhost" || (name.hasPrefix("127.") && inet_pton(AF_INET, name, &address) == 1)
    }

    /// Asks for an image; it never comes from memory, because the answer is what a status shows.
    func answer(
        _ text: String, credentials: [RegistryCredential], platform: Platform
    ) async throws(PullFailure) -> Answer {
        let reference: ImageReference
        do throws(ImageReferenceError) { reference = try ImageReference(parsing: text) } catch {
            throw PullFailure(
                reason: "InvalidImageName", message: "Failed to apply default image tag \"\(text)\": \(error)")
        }
        let client = client(for: reference.registry)
        do throws(RegistryError) {
            let (document, digest) = try await client.manifest(of: reference, credentials: credentials)
            let imageID = reference.pinned(to: digest).description
            switch document {
            case .image(let image):
                return Answer(reference: reference, digest: digest, imageID: imageID, size: Self.size(image))
            case .index(let index):
                guard let child = index.image(for: platform) else {
                    throw RegistryError(
                        host: reference.registry, subject: "\(reference.repository) at \(reference.manifestReference)",
                        reason: .invalid("it has no image for \(platform)"))
                }
                let (image, _) = try await client.manifest(
                    of: reference.pinned(to: child.digest), credentials: credentials)
                guard case .image(let image) = image else {
                    throw RegistryError(
                        host: reference.registry, subject: reference.description,
                        reason: .invalid("the image for \(platform) is an index again"))
                }
                return Answer(reference: reference, digest: child.digest, imageID: imageID, size: Self.size(image))
            }
        } catch {
            throw PullFailure(message: "failed to pull image \"\(text)\": \(error)")
        }
    }

    private static func size(_ image: ImageManifest) -> Int64 {
        image.layers.reduce(0) { $0.addingReportingOverflow(max(0, $1.size)).partialValue }
    }

    private func client(for host: String) -> RegistryClient {
        clients.withLock { clients in
            if let known = clients[host] { return known }
            if clients.count > 1_000 { clients = [:] }
            let endpoints =
                isPlain(host) ? [RegistryEndpoint(host: host, endpoint: host, isPlainHTTP: true)] : []
            let client = RegistryClient(transport: transport, endpoints: endpoints, now: now)
            clients[host] = client
            return client
        }
    }
}
