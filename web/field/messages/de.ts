/** @file The field's texts in German. */
import type { Messages } from './en.ts';

export default {
  label: 'Foto des Kleidungsstücks',
  choose: 'Foto auswählen',
  chooseAnother: 'Anderes Foto auswählen',
  takePhoto: 'Foto aufnehmen',
  dropOrPaste: 'oder hierher ziehen oder einfügen',
  hint: 'Wir verkleinern das Foto, bevor wir es senden.',
  hintLocal: 'Das Foto bleibt auf Ihrem Gerät.',

  preparing: 'Foto wird geöffnet …',
  uploading: 'Foto wird gesendet …',
  classifying: 'Kleidungsstück wird erkannt …',
  rateLimited: 'In kurzer Zeit wurden zu viele Fotos gesendet. Wir versuchen es automatisch noch einmal.',
  noResponse: 'Der Dienst ist gerade nicht erreichbar. Wir versuchen es automatisch noch einmal.',
  retryIn: 'Nächster Versuch in {seconds}',
  offline: 'Sie sind offline. Sobald Sie wieder verbunden sind, geht es weiter.',
  cancel: 'Abbrechen',
  cancelled: 'Abgebrochen.',
  retry: 'Noch einmal versuchen',
  remove: 'Entfernen',
  removed: 'Das Foto wurde entfernt.',
  confirming: 'Einen Moment, wir bestätigen unsere Antwort …',
  changed: 'Unsere Antwort hat sich geändert. Bitte prüfen Sie sie und senden Sie das Formular noch einmal.',
  preview: 'Ihr Foto',

  unsure: 'Vielleicht: {label}',
  abstained: {
    'no-garment':
      'Wir haben kein Kleidungsstück erkannt. Legen Sie das Kleidungsstück bei gutem Licht auf einen einfarbigen Untergrund und machen Sie ein neues Foto.',
    'poor-mask':
      'Wir konnten nicht klar erkennen, wo das Kleidungsstück aufhört. Mit einem einfarbigen Hintergrund und gutem Licht klappt es besser.',
    'none-of-these':
      'Das scheint keine der Arten zu sein, die wir kennen. Wenn doch, wählen Sie sie bitte unten aus.',
    'low-score': 'Es kommen mehrere Arten infrage. Bitte wählen Sie unten die richtige aus.',
  },
  advice: {
    round: 'Es sieht rund aus, und das ist kein Kleidungsstück.',
    'cut-off': 'Ein Teil des Kleidungsstücks ist nicht auf dem Foto. Gehen Sie etwas zurück.',
    small: 'Das Kleidungsstück ist klein auf dem Foto. Gehen Sie näher heran.',
    'ignored-orientation': 'Das Foto liegt vielleicht auf der Seite. Drehen Sie es, bevor Sie es auswählen.',
  },
  mostLikely: 'Wahrscheinlichste Arten',
  question: 'Stimmt das?',
  yes: 'Ja',
  correct: 'Nein, es ist …',
  none: 'Nichts davon',
  chooseKind: 'Art selbst auswählen …',
  networkInput: 'Was der Computer gesehen hat',
  networkInputText: 'Der Computer sieht nur diese 28 × 28 grauen Punkte von Ihrem Kleidungsstück.',
  computedLocally: 'Auf Ihrem Gerät berechnet.',

  missing: 'Bitte wählen Sie ein Foto des Kleidungsstücks aus.',
  stillWorking: 'Wir sehen uns das Foto noch an. Bitte warten Sie einen Moment.',
  confirm:
    'Wir sind uns bei diesem Foto nicht sicher. Bitte bestätigen oder korrigieren Sie unsere Antwort, oder wählen Sie ein anderes Foto.',
  decide: 'Bitte wählen Sie eine Antwort aus der Liste oder ein anderes Foto aus.',
  unknownLabel: '„{label}“ steht nicht auf unserer Liste. Bitte wählen Sie eine andere Antwort.',

  anyModel: {
    label: 'Ihr Foto',
    classifying: 'Foto wird erkannt …',
    networkInputText: 'Der Computer sieht nur dieses kleine Bild.',
    missing: 'Bitte wählen Sie ein Foto aus.',
  },

  problems: {
    unreadable:
      'Wir können diese Datei nicht verwenden. Bitte wählen Sie ein anderes Foto, als JPEG- oder PNG-Datei.',
    heic: 'Dieser Browser kann keine HEIC-Fotos öffnen. Speichern Sie das Foto als JPEG, oder wählen Sie ein anderes.',
    tooLarge: 'Dieses Foto ist größer als 60 MB. Bitte wählen Sie ein kleineres.',
    tooNarrow: 'Dieses Foto ist zu schmal. Bitte schneiden Sie es zu.',
    tooManyRequests:
      'In kurzer Zeit wurden zu viele Fotos gesendet. Bitte versuchen Sie es später noch einmal.',
    unreachable:
      'Wir konnten das Foto nicht senden. Prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal.',
    notLoaded:
      'Ein Teil dieses Felds konnte nicht geladen werden. Prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal, oder laden Sie die Seite neu.',
    unconfirmed:
      'Das Formular wurde nicht gesendet, weil wir unsere Antwort nicht bestätigen konnten. Prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal, oder wählen Sie das Foto noch einmal aus.',
    securityCheck:
      'Die Sicherheitsprüfung hat nicht geklappt. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
    device:
      'Ihr Browser konnte das Foto nicht verarbeiten. Versuchen Sie es noch einmal oder mit einem anderen Browser.',
    service: 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
    setup: 'Dieses Feld ist nicht richtig eingerichtet. Bitte geben Sie dem Betreiber der Website Bescheid.',
  },

  labels: {
    'T-shirt/top': 'T-Shirt oder Top',
    Trouser: 'Hose',
    Pullover: 'Pullover',
    Dress: 'Kleid',
    Coat: 'Mantel',
    Sandal: 'Sandale',
    Shirt: 'Hemd',
    Sneaker: 'Turnschuh',
    Bag: 'Tasche',
    'Ankle boot': 'Stiefelette',
  },
} satisfies Messages;
