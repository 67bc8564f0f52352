// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import OCIModel

extension RegistryClient {
    /// The digest that a reference has now: by HEAD, and by GET where the registry does not name it. A reference by digest is asked
    /// for as well: whether its repository has that content, only the registry knows.
    package func digest(
        of reference: ImageReference, credentials: [RegistryCredential] = []
    ) async throws(RegistryError) -> Digest {
        let response = try await ask(.head, reference, credentials)
        // A registry may know no HEAD.
        guard response.status != 405, response.status != 501 else {
            return try await manifest(of: reference, credentials: credentials).digest
        }
        try reference.check(response)
        guard let named = response.header("Docker-Content-Digest") else {
            return try await manifest(of: reference, credentials: credentials).digest
        }
        guard let digest = Digest(named) else {
            throw reference.error(.invalid("the Docker-Content-Digest is no digest"), 200)
        }
        if let wanted = reference.digest, wanted != digest {
            throw reference.error(.invalid("the registry says that the content has digest \(digest)"), 200)
        }
        return digest
    }

    /// A manifest or index, and its digest, which is computed from the bytes that came.
    package func manifest(
        of reference: ImageReference, credentials: [RegistryCredential] = []
    ) async throws(RegistryError) -> (document: ManifestDocument, digest: Digest) {
        let response = try await ask(.get, reference, credentials)
        try reference.check(response)
        guard let digest = Digest(.sha256, hex: SHA256.hex(response.body)) else {
            throw reference.error(.invalid("its digest cannot be computed"), 200)
        }
        // A digest of another kind than ours can only be believed; nothing is asked for by one.
        if let named = response.header("Docker-Content-Digest"), named.hasPrefix("sha256:"), named != digest.description
        {
            throw reference.error(
                .invalid("the content has digest \(digest), the registry says \(named.prefix(80))"), 200)
        }
        if let wanted = reference.digest, wanted != digest {
            throw reference.error(.invalid("the content has digest \(digest)"), 200)
        }
        do throws(ManifestError) {
            let document = try ManifestDocument(
                parsing: response.body, contentType: response.header("Content-Type"))
            return (document, digest)
        } catch {
            throw reference.error(.invalid(error.description), 200)
        }
    }

    /// The digest of the image for one platform: the child of an index, or the image itself.
    package func digest(
        of reference: ImageReference, for platform: Platform, credentials: [RegistryCredential] = []
    ) async throws(RegistryError) -> Digest {
        let (document, digest) = try await manifest(of: reference, credentials: credentials)
        guard case .index(let index) = document else { return digest }
        guard let child = index.image(for: platform) else {
            throw reference.error(.invalid("it has no image for \(platform)"), 200)
        }
        return child.digest
    }

    private func ask(
        _ method: RegistryRequest.Method, _ reference: ImageReference, _ credentials: [RegistryCredential]
    ) async throws(RegistryError) -> RegistryResponse {
        let question = RegistryConversation.Question(
            method, "/v2/\(reference.repository)/manifests/\(reference.manifestReference)",
            accept: ManifestMediaType.accept, repository: reference.repository, bodyLimit: ManifestDocument.byteLimit)
        do throws(Failure) {
            return try await answer(
                to: question, on: reference.registry, isCounted: method == .get, credentials)
        } catch {
            throw reference.error(error.reason, error.httpStatus)
        }
    }
}

extension ImageReference {
    fileprivate func error(_ reason: RegistryError.Reason, _ status: Int?) -> RegistryError {
        RegistryError(
            host: registry, subject: "\(repository) at \(manifestReference)", reason: reason, httpStatus: status)
    }

    /// Nothing but a 200 is an answer.
    fileprivate func check(_ response: RegistryResponse) throws(RegistryError) {
        switch response.status {
        case 200: return
        case 404: throw error(.notFound, 404)
        default:
            let words = RegistryProblem(response.body).map { ", \($0.description)" } ?? ""
            throw error(.invalid("status \(response.status)" + words), response.status)
        }
    }
}
