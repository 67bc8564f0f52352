// SPDX-License-Identifier: Apache-2.0
import ChildProcesses
import Essentials
import Glibc
import JSONScan
import OCIModel
import TrivyReport

/// Scans one image: with each account that its pull secrets have for it, then with none, until the registry is content.
struct UnitScan {
    let unit: ScanUnit
    /// The scanner and its arguments, without those of the unit.
    let command: [String]
    let environment: [String: String]
    /// The longest that all tries together may take; nil for what the unit says.
    let timeout: Duration?
    /// Nil when the scanner is to find its own credentials.
    let secrets: PullSecrets?
    let memory: MemoryWitness
    let isInterrupted: () -> Bool

    /// A unit's limit is Trivy's too, which is to speak first, because it says what it was doing.
    private static let grace = Duration.seconds(10)

    private var longest: Duration? { unit.timeout ?? timeout }
    private var killedAfter: Duration? { unit.timeout.map { $0 + Self.grace } ?? timeout }

    private var accounts: [PullCredentials.Credential] {
        guard let secrets, let image = unit.image else { return [] }
        return secrets.credentials.credentials(for: image)
    }

    func run() -> UnitResult {
        let folder: ScratchFolder
        do throws(ScratchFolderError) {
            folder = try ScratchFolder(in: environment["TMPDIR"] ?? "/tmp")
        } catch {
            return .failed(ScanFailure(reason: .unknown, message: error.message))
        }
        defer { folder.remove() }
        guard secrets != nil, let repository = unit.repository else {
            var clock = Stopwatch()
            let result = attempt(in: folder, &clock, environment: environment, account: nil)
            return clock.complete(result)
        }
        do throws(DockerConfigurationError) {
            return try run(in: folder, try DockerConfiguration(in: folder), repository)
        } catch {
            return .failed(ScanFailure(reason: .unknown, message: error.message))
        }
    }

    /// The first refusal says most: what comes after it was tried for want of something better.
    private func run(
        in folder: ScratchFolder, _ configuration: DockerConfiguration, _ repository: String
    ) throws(DockerConfigurationError) -> UnitResult {
        var clock = Stopwatch()
        var refusal: ScanFailure?
        let accounts = accounts
        var variables = environment
        variables["DOCKER_CONFIG"] = configuration.folder
        for account in accounts.map(Optional.some) + [nil] {
            try configuration.hold(account, for: repository)
            let result = attempt(in: folder, &clock, environment: variables, account: account)
            guard case .failed(let failure) = result, failure.isRefusal else { return clock.complete(result) }
            refusal = refusal ?? failure
            if let longest, clock.elapsed >= longest { break }
        }
        guard var refusal else { return .failed(ScanFailure(reason: .unknown, message: "nothing was tried")) }
        refusal.message = String(truncating: Array(refusal.message.utf8), to: 280) + note(accounts.count)
        return clock.complete(.failed(refusal))
    }

    /// What the pull secrets had to do with a refusal.
    private func note(_ accounts: Int) -> String {
        var notes: [String] = []
        switch accounts {
        case 0: notes.append("no pull secret has an account for it")
        case 1: notes.append("tried with the account of its pull secret, then without")
        default: notes.append("tried with \(accounts) accounts of its pull secrets, then without")
        }
        if let name = secrets?.unreadable.first { notes.append("secret '\(name)' holds no Docker configuration") }
        return " (\(notes.joined(separator: "; ")))"
    }

    // MARK: One try

    private func attempt(
        in folder: ScratchFolder, _ clock: inout Stopwatch, environment: [String: String],
        account: PullCredentials.Credential?
    ) -> UnitResult {
        let report = folder.path + "/report.json"
        unlink(report)
        let full = command + ["--format", "json", "--output", report] + unit.arguments
        var variables = environment.filter { !$0.key.hasPrefix("WATCHBILL_") }
        variables["TMPDIR"] = folder.path
        if let authorities = environment["WATCHBILL_AUTHORITIES"], !authorities.isEmpty {
            // Beside it Go reads /etc/ssl/certs, where the public authorities are.
            let file = folder.path + "/authorities.pem"
            guard ScratchFolder.write(authorities, to: file) else {
                return .failed(ScanFailure(reason: .unknown, message: "the CA certificates cannot be written: \(file)"))
            }
            variables["SSL_CERT_FILE"] = file
        }

        let killsBefore = memory.kills
        let end: ProcessEnd
        do throws(SpawnError) {
            let child = try ChildProcess(command: full, environment: variables)
            var ended = child.wait(until: killedAfter.map { clock.start + $0 }, isInterrupted: isInterrupted)
            ended.stderr.hide(account?.secrets ?? [])
            end = ended
        } catch {
            return .failed(.notStarted(command[0], error.number))
        }
        clock.peakMemoryBytes = max(clock.peakMemoryBytes, end.peakMemoryBytes)
        let wasStarved = (memory.kills ?? 0) > (killsBefore ?? 0)
        if case .exited(0) = end.cause {
            return Self.read(
                report, end, TrivyCache.database(in: TrivyCache.folder(command: full, environment: environment)))
        }
        return .failed(ScanFailure(end: end, wasStarved: wasStarved, timeout: longest))
    }

    private static func read(_ path: String, _ end: ProcessEnd, _ database: ScanResult.Database?) -> UnitResult {
        let message: String
        do {
            var result = try ReportFile(path: path).reduce()
            result.database = database
            return .scanned(result)
        } catch let error as ReportFileError {
            message = error.message
        } catch {
            message = "the report is not what Trivy writes: \(error)"
        }
        return .failed(
            ScanFailure(
                reason: .reportUnreadable, message: message, exitCode: 0,
                stderrTail: ScanFailure.tail(of: end.stderr.text)))
    }
}

/// What a unit has cost so far.
private struct Stopwatch {
    let start = ContinuousClock.now
    var peakMemoryBytes: Int64 = 0

    var elapsed: Duration { ContinuousClock.now - start }

    /// `result` with its cost.
    func complete(_ result: UnitResult) -> UnitResult {
        let usage = ScanUsage(milliseconds: elapsed.inMicroseconds / 1000, peakMemoryBytes: peakMemoryBytes)
        switch result {
        case .scanned(var scanned):
            scanned.usage = usage
            return .scanned(scanned)
        case .failed(var failure):
            failure.usage = usage
            return .failed(failure)
        }
    }
}

extension PullCredentials.Credential {
    /// In whatever form they could come back in an answer of a registry.
    fileprivate var secrets: [[UInt8]] {
        let basic = Base64.encode(Array("\(username):\(password.exposed)".utf8)).utf8.filter {
            $0 != UInt8(ascii: "=")
        }
        return [Array(password.exposed.utf8), basic]
    }
}

extension ScanFailure {
    /// Some registries say of what one may not see that it does not exist.
    fileprivate var isRefusal: Bool { reason == .unauthorized || reason == .imageNotFound }
}
