// SPDX-License-Identifier: Apache-2.0
import CustomResources
import TrivyReport

extension CommandFailure {
    /// Why an image could not be judged, which says nothing about the image.
    package static func notScannable(_ failure: ScanFailure, image: String) -> CommandFailure {
        CommandFailure(
            what: "the image cannot be scanned: \(failure.reason.rawValue): \(failure.message)",
            place: "gate --image \(image)", remedy: remedy(failure.reason), code: .undecidable)
    }

    private static func remedy(_ reason: ScanFailure.Reason) -> String {
        switch reason {
        case .trivyMissing: "install trivy, and see that it is on PATH"
        case .trivyCrashed, .unknown, .reportUnreadable: "run trivy image by hand, and correct what it says"
        case .timedOut: "give it more time with --timeout"
        case .interrupted: "run it again"
        case .outOfMemory: "give it more memory"
        case .imageNotFound: "correct the name, or push the image first"
        case .unauthorized: "log in to the registry, as for docker or podman"
        case .rateLimited: "wait, or log in to the registry"
        case .registryUnreachable:
            "check name, network and certificate; for a registry without TLS put --insecure behind --"
        case .databaseUnavailable: "check the network, or name another database with --db-repository behind --"
        }
    }
}
