// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import Facts
import HTTPTransport
import OCIModel
import OCIRegistry
import Planning

/// Asks a registry which digest a reference has, anonymously.
package struct DigestSource<Question: DigestQuestion>: FactSource {
    private let registries: RegistryClient

    /// - Parameter transport: takes absolute URLs.
    package init(of _: Question.Type, transport: any HTTPTransport, endpoints: [OperatorConfiguration.RegistryEndpoint])
    {
        registries = RegistryClient(
            transport: transport,
            endpoints: endpoints.map {
                RegistryEndpoint(host: $0.host, endpoint: $0.endpoint, isPlainHTTP: $0.plainHTTP)
            })
    }

    package func ask(_ question: Question) async -> Result<Digest, FactFailure> {
        do throws(RegistryError) {
            return .success(try await registries.digest(of: question.reference))
        } catch {
            return .failure(Self.failure(error))
        }
    }

    private static func failure(_ error: RegistryError) -> FactFailure {
        switch error.reason {
        case .notFound: FactFailure(reason: "ImageNotFound", message: error.description, isFinal: true)
        case .unauthorized: FactFailure(reason: "Unauthorized", message: error.description, isFinal: true)
        case .rateLimited(let wait):
            FactFailure(reason: "RateLimited", message: error.description, isShared: true, retryAfter: wait)
        case .unreachable: FactFailure(reason: "RegistryUnreachable", message: error.description, isShared: true)
        case .invalid: FactFailure(reason: "RegistryAnswerInvalid", message: error.description)
        }
    }
}
