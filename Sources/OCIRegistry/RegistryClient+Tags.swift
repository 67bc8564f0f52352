// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel

extension RegistryClient {
    /// The tags of a repository, as far as the limits go.
    package func tags(
        of repository: String, on registry: String, credentials: [RegistryCredential] = [],
        limits: TagListing.Limits = .init()
    ) async throws(RegistryError) -> TagListing.Result {
        let origin = origin(of: registry)
        let deadline = now() + Self.listLimit
        func failed(_ reason: RegistryError.Reason, _ status: Int?) -> RegistryError {
            RegistryError(host: registry, subject: "the tags of \(repository)", reason: reason, httpStatus: status)
        }
        var listing = TagListing(repository, at: origin, limits: limits)
        var effect = listing.started()
        while true {
            switch effect {
            case .get(let path):
                guard now() <= deadline else {
                    throw failed(.unreachable("the list has no end within \(Self.listLimit)"), nil)
                }
                let question = RegistryConversation.Question(
                    .get, path, accept: "application/json", repository: repository, bodyLimit: limits.bytesPerPage)
                do throws(Failure) {
                    effect = listing.answered(
                        try await answer(to: question, on: registry, isCounted: false, credentials))
                } catch {
                    throw failed(error.reason, error.httpStatus)
                }
            case .finished(let result): return result
            case .failed(let reason, let status): throw failed(reason, status)
            }
        }
    }
}
