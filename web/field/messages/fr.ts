/** @file The field's texts in French. A no-break space stands before a colon and a question mark. */
import type { Messages } from './en.ts';

export default {
  label: 'Photo du vêtement',
  choose: 'Choisir une photo',
  chooseAnother: 'Choisir une autre photo',
  takePhoto: 'Prendre une photo',
  dropOrPaste: 'ou glissez-la ou collez-la ici',
  hint: 'Nous réduisons la photo avant de l’envoyer.',
  hintLocal: 'La photo reste sur votre appareil.',

  preparing: 'Ouverture de la photo…',
  uploading: 'Envoi de la photo…',
  classifying: 'Reconnaissance du vêtement…',
  rateLimited: 'Trop de photos ont été envoyées en peu de temps. Nous réessaierons automatiquement.',
  noResponse: 'Le service n’est pas disponible pour le moment. Nous réessaierons automatiquement.',
  retryIn: 'Prochain essai dans {seconds}',
  offline: 'Vous êtes hors ligne. Nous continuerons dès que la connexion sera rétablie.',
  cancel: 'Annuler',
  cancelled: 'Annulé.',
  retry: 'Réessayer',
  remove: 'Supprimer',
  removed: 'La photo a été supprimée.',
  confirming: 'Un instant, nous confirmons notre réponse…',
  changed: 'Notre réponse a changé. Vérifiez-la et envoyez de nouveau le formulaire.',
  preview: 'Votre photo',

  unsure: 'Peut-être\u00a0: {label}',
  abstained: {
    'no-garment':
      'Nous n’avons pas reconnu de vêtement. Posez le vêtement sur une surface unie, sous une bonne lumière, et prenez une nouvelle photo.',
    'poor-mask':
      'Nous n’avons pas bien vu où s’arrête le vêtement. Avec un fond uni et une bonne lumière, cela marche mieux.',
    'none-of-these':
      'Ce n’est apparemment aucun des types que nous connaissons. Sinon, choisissez-le ci-dessous.',
    'low-score': 'Plusieurs types sont possibles. Choisissez le bon ci-dessous.',
  },
  advice: {
    round: 'L’objet semble rond, ce qu’aucun vêtement n’est.',
    'cut-off': 'Une partie du vêtement est hors de la photo. Reculez un peu.',
    small: 'Le vêtement est petit sur la photo. Rapprochez-vous.',
    'ignored-orientation': 'La photo est peut-être couchée. Faites-la pivoter avant de la choisir.',
  },
  mostLikely: 'Types les plus probables',
  question: 'Est-ce correct\u00a0?',
  yes: 'Oui',
  correct: 'Non, c’est…',
  none: 'Aucun de ceux-ci',
  chooseKind: 'Choisir le type vous-même…',
  networkInput: 'Ce que l’ordinateur a vu',
  networkInputText: 'L’ordinateur ne voit que ces 28 × 28 points gris de votre vêtement.',
  computedLocally: 'Calculé sur votre appareil.',

  missing: 'Choisissez une photo du vêtement.',
  stillWorking: 'Nous regardons encore la photo. Un instant, s’il vous plaît.',
  confirm:
    'Nous ne sommes pas sûrs pour cette photo. Confirmez ou corrigez notre réponse, ou choisissez une autre photo.',
  decide: 'Choisissez une réponse dans la liste, ou une autre photo.',
  unknownLabel: '«\u00a0{label}\u00a0» n’est pas dans notre liste. Choisissez une autre réponse.',

  anyModel: {
    label: 'Votre photo',
    classifying: 'Reconnaissance de la photo…',
    networkInputText: 'L’ordinateur ne voit que cette petite image.',
    missing: 'Choisissez une photo.',
  },

  problems: {
    unreadable: 'Nous ne pouvons pas utiliser ce fichier. Choisissez une autre photo, au format JPEG ou PNG.',
    heic: 'Ce navigateur ne peut pas ouvrir les photos HEIC. Enregistrez la photo en JPEG ou choisissez-en une autre.',
    tooLarge: 'Cette photo dépasse 60 Mo. Choisissez-en une plus petite.',
    tooNarrow: 'Cette photo est trop étroite. Veuillez la recadrer.',
    tooManyRequests: 'Trop de photos ont été envoyées en peu de temps. Réessayez plus tard.',
    unreachable: 'Nous n’avons pas pu envoyer la photo. Vérifiez votre connexion à Internet et réessayez.',
    notLoaded:
      'Une partie de ce champ n’a pas pu être chargée. Vérifiez votre connexion à Internet et réessayez, ou rechargez la page.',
    unconfirmed:
      'Le formulaire n’a pas été envoyé, car nous n’avons pas pu confirmer notre réponse. Vérifiez votre connexion à Internet et réessayez, ou choisissez de nouveau la photo.',
    securityCheck: 'Le contrôle de sécurité n’a pas abouti. Rechargez la page et réessayez.',
    device: 'Votre navigateur n’a pas pu traiter la photo. Réessayez ou utilisez un autre navigateur.',
    service: 'Un problème est survenu de notre côté. Réessayez dans quelques minutes.',
    setup: 'Ce champ n’est pas bien configuré. Signalez-le au responsable de ce site.',
  },

  labels: {
    'T-shirt/top': 'T-shirt ou haut',
    Trouser: 'Pantalon',
    Pullover: 'Pull',
    Dress: 'Robe',
    Coat: 'Manteau',
    Sandal: 'Sandale',
    Shirt: 'Chemise',
    Sneaker: 'Basket',
    Bag: 'Sac',
    'Ankle boot': 'Bottine',
  },
} satisfies Messages;
