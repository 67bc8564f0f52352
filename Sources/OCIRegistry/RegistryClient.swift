// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import HTTPTransport
import OCIModel

/// How a registry is reached, where its name in image references does not say so.
package struct RegistryEndpoint: Equatable, Sendable {
    /// Host and port as image references write it.
    package var host: String
    /// Host and port to connect to.
    package var endpoint: String
    package var isPlainHTTP: Bool

    package init(host: String, endpoint: String, isPlainHTTP: Bool) {
        self.host = host
        self.endpoint = endpoint
        self.isPlainHTTP = isPlainHTTP
    }
}

/// Asks registries for manifests: anonymously, with an anonymous token, or with a user name and password.
///
/// Source: OCI distribution specification 1.1, "Pull".
///
/// No redirect is followed, and a credential is sent to the registry's own host only.
package struct RegistryClient: Sendable {
    /// A user name and password for one registry.
    package struct Credential: Sendable, Equatable {
        package var user: String
        package var password: Redacted<String>

        package init(user: String, password: Redacted<String>) {
            self.user = user
            self.password = password
        }
    }

    private let transport: any HTTPTransport
    private let endpoints: [String: RegistryEndpoint]

    static let timeout = Duration.seconds(15)

    /// - Parameter transport: takes absolute URLs.
    package init(transport: any HTTPTransport, endpoints: [RegistryEndpoint] = []) {
        self.transport = transport
        // An endpoint may also be named directly, as a database's repository often is; it speaks the same there.
        self.endpoints = Dictionary(
            endpoints.map { ($0.host, $0) } + endpoints.map { ($0.endpoint, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The digest that a reference has now: by HEAD, and by GET where the registry does not name it.
    package func digest(of reference: ImageReference, credential: Credential? = nil) async throws(RegistryError)
        -> Digest
    {
        if let digest = reference.digest { return digest }
        let response = try await ask(.head, reference, credential)
        if let named = response.header("Docker-Content-Digest") {
            guard let digest = Digest(named) else { throw reference.invalid("the Docker-Content-Digest is no digest") }
            return digest
        }
        return try await manifest(of: reference, credential: credential).digest
    }

    /// A manifest or index, and its digest, which is computed from the bytes that came.
    package func manifest(
        of reference: ImageReference, credential: Credential? = nil
    ) async throws(RegistryError) -> (document: ManifestDocument, digest: Digest) {
        let response = try await ask(.get, reference, credential)
        let bytes: [UInt8]
        do throws(TransportError) {
            bytes = try await response.body.collect(upTo: ManifestDocument.byteLimit)
        } catch {
            throw reference.error(error)
        }
        guard let digest = Digest(.sha256, hex: SHA256.hex(bytes)) else {
            throw reference.invalid("its digest cannot be computed")
        }
        if let named = response.header("Docker-Content-Digest"), named != digest.description {
            throw reference.invalid("the content has digest \(digest), the registry says \(named.prefix(80))")
        }
        if let wanted = reference.digest, wanted != digest {
            throw reference.invalid("the content has digest \(digest)")
        }
        do throws(ManifestError) {
            return (try ManifestDocument(parsing: bytes, contentType: response.header("Content-Type")), digest)
        } catch {
            throw reference.invalid(error.description)
        }
    }

    /// The digest of the image for one platform: the child of an index, or the image itself.
    package func digest(
        of reference: ImageReference, for platform: Platform, credential: Credential? = nil
    ) async throws(RegistryError) -> Digest {
        let (document, digest) = try await manifest(of: reference, credential: credential)
        guard case .index(let index) = document else { return digest }
        guard let child = index.image(for: platform) else { throw reference.invalid("it has no image for \(platform)") }
        return child.digest
    }

    private func ask(
        _ method: HTTPMethod, _ reference: ImageReference, _ credential: Credential?
    ) async throws(RegistryError) -> HTTPResponse {
        var request = HTTPRequest(method, url(of: reference), timeout: Self.timeout, inactivityLimit: Self.timeout)
        request.headers = [HTTPHeader("Accept", ManifestMediaType.accept), HTTPHeader("User-Agent", "watchbill")]
        var response = try await send(request, reference)
        if response.status == 401,
            let authorization = try await authorization(answering: response, reference, credential)
        {
            request.headers.append(HTTPHeader("Authorization", authorization))
            response = try await send(request, reference)
        }
        switch response.status {
        case 200: return response
        case 404: throw reference.error(.notFound)
        case 401, 403: throw reference.error(.unauthorized)
        case 429:
            let seconds = response.header("Retry-After").flatMap { Int($0) }
            throw reference.error(.rateLimited(retryAfter: seconds.map { .seconds(max(0, min($0, 86_400))) }))
        case 300..<400: throw reference.invalid("status \(response.status); redirects are not followed")
        case 500...: throw reference.error(.unreachable("status \(response.status)"))
        default: throw reference.invalid("status \(response.status)")
        }
    }

    func send(_ request: HTTPRequest, _ reference: ImageReference) async throws(RegistryError) -> HTTPResponse {
        do throws(TransportError) {
            return try await transport.send(request)
        } catch {
            throw reference.error(error)
        }
    }

    /// Scheme, host and port that stand for the reference's registry.
    func origin(of reference: ImageReference) -> (scheme: String, host: String) {
        let endpoint = endpoints[reference.registry]
        // Docker Hub's registry has another name than its images.
        let host =
            endpoint?.endpoint ?? (reference.registry == "docker.io" ? "registry-1.docker.io" : reference.registry)
        return (endpoint?.isPlainHTTP == true ? "http" : "https", host)
    }

    private func url(of reference: ImageReference) -> String {
        let (scheme, host) = origin(of: reference)
        return "\(scheme)://\(host)/v2/\(reference.repository)/manifests/\(reference.manifestReference)"
    }
}

extension ImageReference {
    func error(_ reason: RegistryError.Reason) -> RegistryError {
        RegistryError(host: registry, subject: "\(repository) at \(manifestReference)", reason: reason)
    }

    func invalid(_ why: String) -> RegistryError { error(.invalid(why)) }

    func error(_ cause: TransportError) -> RegistryError {
        switch cause {
        case .notConnected(let why), .interrupted(let why), .refused(let why): error(.unreachable(why))
        case .timedOut(let limit): error(.unreachable("no answer within \(limit)"))
        case .tooLarge(let limit): error(.invalid("it is longer than \(limit) bytes"))
        case .cancelled: error(.unreachable("cancelled"))
        }
    }
}
